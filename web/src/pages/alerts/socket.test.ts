import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AlertSocket, type AlertSocketDependencies } from "./socket";

class FakeSocket {
  static all: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  sent: string[] = [];

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  send(data: string) {
    this.sent.push(data);
  }

  close() {
    this.onclose?.({ code: 1000 });
  }
}

function start(deps: Partial<AlertSocketDependencies> = {}) {
  const all = {
    url: "ws://host/ws/alerts/",
    token: vi.fn(() => Promise.resolve("T")),
    renew: vi.fn(() => Promise.resolve()),
    onReady: vi.fn(),
    onNotification: vi.fn(),
    topics: ["worklist"],
    onChanged: vi.fn(),
    ...deps,
  };
  return { socket: new AlertSocket(all), ...all };
}

async function settle(ms = 0) {
  await vi.advanceTimersByTimeAsync(ms);
}

describe("AlertSocket", () => {
  beforeEach(() => {
    FakeSocket.all = [];
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("logs in with its first message and keeps the token out of the address", async () => {
    const { socket, onReady } = start();
    await settle();
    const line = FakeSocket.all[0];
    line?.onopen?.();
    line?.onmessage?.({ data: '{"type":"ready","unread":3}' });
    expect(line?.url).toBe("ws://host/ws/alerts/");
    expect(line?.sent).toEqual(['{"type":"auth","token":"T","topics":["worklist"]}']);
    expect(onReady).toHaveBeenCalledWith(3);
    socket.close();
  });

  it("comes back after longer and longer waits, with a fresh token", async () => {
    const { socket, token } = start();
    await settle();
    FakeSocket.all[0]?.onclose?.({ code: 1006 });
    await settle(500);
    expect(FakeSocket.all).toHaveLength(1);
    await settle(800);
    expect(FakeSocket.all).toHaveLength(2);
    FakeSocket.all[1]?.onclose?.({ code: 1006 });
    await settle(1400);
    expect(FakeSocket.all).toHaveLength(2);
    await settle(1200);
    expect(FakeSocket.all).toHaveLength(3);
    expect(token).toHaveBeenCalledTimes(3);
    socket.close();
  });

  it("has the session looked at when the server refuses the token", async () => {
    const { socket, renew } = start();
    await settle();
    FakeSocket.all[0]?.onclose?.({ code: 4401 });
    await settle(2000);
    expect(renew).toHaveBeenCalledOnce();
    expect(FakeSocket.all).toHaveLength(2);
    socket.close();
  });

  it("stays closed once closed", async () => {
    const { socket } = start();
    await settle();
    socket.close();
    await settle(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("hands notifications on", async () => {
    const { socket, onNotification } = start();
    await settle();
    FakeSocket.all[0]?.onmessage?.({ data: '{"type":"notification","id":7,"text":"x"}' });
    expect(onNotification).toHaveBeenCalledWith(expect.objectContaining({ id: 7, text: "x" }));
    socket.close();
  });

  it("says of what rows changed, which is no notification", async () => {
    const { socket, onChanged, onNotification } = start();
    await settle();
    FakeSocket.all[0]?.onmessage?.({ data: '{"type":"changed","topic":"worklist"}' });
    expect(onChanged).toHaveBeenCalledWith("worklist");
    expect(onNotification).not.toHaveBeenCalled();
    socket.close();
  });
});
