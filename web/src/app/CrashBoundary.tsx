import { Component, type ReactNode } from "react";
import { CrashPage } from "./CrashPage";

/** For what lies outside the router's own boundaries, such as its code not arriving. */
export class CrashBoundary extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError() {
    return { crashed: true };
  }

  override render() {
    return this.state.crashed ? <CrashPage /> : this.props.children;
  }
}
