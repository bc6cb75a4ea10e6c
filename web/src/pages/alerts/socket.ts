import type { Schema } from "@/api/client";

export type Notification = Schema["NotificationOut"];

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 30_000;
/** The server's close code for a token it does not take. */
const UNAUTHENTICATED = 4401;

export interface AlertSocketDependencies {
  url: string;
  token: () => Promise<string>;
  /** Have the token renewed, or the session found ended, after the server refused it. */
  renew: () => Promise<unknown>;
  onReady: (unread: number) => void;
  onNotification: (notification: Notification) => void;
  /** Of what the server is to say that rows of it changed. */
  topics: string[];
  onChanged: (topic: string) => void;
}

type Message =
  | { type: "ready"; unread: number }
  | { type: "changed"; topic: string }
  | ({ type: "notification" } & Notification);

/**
 * The live line for alerts. The token goes in the first message, never into the address; the server
 * ties the line to the session, so a renewed token needs no new line. Broken, it comes back after
 * 1, 2, 4 ... 30 s, and at once when the device is online again.
 */
export class AlertSocket {
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private closed = false;

  constructor(private readonly deps: AlertSocketDependencies) {
    addEventListener("online", this.hurry);
    void this.connect();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    removeEventListener("online", this.hurry);
    this.socket?.close();
  }

  private readonly hurry = (): void => {
    if (this.closed || this.socket) return;
    clearTimeout(this.timer);
    void this.connect();
  };

  private async connect(): Promise<void> {
    let token: string;
    try {
      token = await this.deps.token();
    } catch {
      this.again();
      return;
    }
    if (this.closed || this.socket) return;
    const socket = new WebSocket(this.deps.url);
    this.socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: "auth", token, topics: this.deps.topics }));
    };
    socket.onmessage = ({ data }) => {
      this.take(JSON.parse(String(data)) as Message);
    };
    socket.onclose = ({ code }) => {
      this.socket = null;
      if (code !== UNAUTHENTICATED || this.closed) this.again();
      else
        void this.deps
          .renew()
          .catch(() => undefined)
          .finally(() => {
            this.again();
          });
    };
  }

  private take(message: Message): void {
    if (this.closed) return;
    if (message.type === "ready") {
      this.failures = 0;
      this.deps.onReady(message.unread);
    } else if (message.type === "changed") {
      this.deps.onChanged(message.topic);
    } else {
      this.deps.onNotification(message);
    }
  }

  private again(): void {
    if (this.closed) return;
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.failures);
    this.failures += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.connect(), delay * (0.75 + Math.random() / 2));
  }
}
