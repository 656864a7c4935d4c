import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { spreading } from "./live";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A page that looks at something, and a count of how often that was read. */
function looking(key: string, answer: () => Promise<unknown> = async () => ({})) {
  const cache = new QueryClient({ defaultOptions: { queries: { networkMode: "always", retry: false } } });
  const reads = vi.fn(answer);
  new QueryObserver(cache, { queryKey: ["graph", key], queryFn: reads }).subscribe(() => {});
  const stopped = new AbortController();
  return { reads, tell: spreading(cache, stopped.signal), stopped };
}

const news = { value: [{ id: "u1", path: "users" }] };
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

describe("news", () => {
  test("that come fast make a page read once in a while, and once more at the end", async () => {
    const { reads, tell } = looking("/users");
    await pass(100);
    for (let times = 0; times < 50; times++) {
      tell(news);
      await pass(100);
    }
    expect(reads.mock.calls.length).toBeGreaterThan(2);
    expect(reads.mock.calls.length).toBeLessThan(6);
    const before = reads.mock.calls.length;
    tell(news);
    await pass(10_000);
    expect(reads.mock.calls.length).toBe(before + 1);
  });
  test("do not cancel a read that takes longer than they do, and it is read again after it", async () => {
    const signals: AbortSignal[] = [];
    const slow = async () => new Promise((done) => setTimeout(done, 5_000, {}));
    const { reads, tell } = looking("/users", slow);
    reads.mockImplementation(((context: { signal: AbortSignal }) => (signals.push(context.signal), slow())) as never);
    await pass(6_000);
    tell(news);
    await pass(1_000);
    tell(news);
    await pass(30_000);
    expect(signals.every((signal) => !signal.aborted)).toBe(true);
    expect(reads).toHaveBeenCalledTimes(3);
  });
  test("make the glance at everything no more often than its rest", async () => {
    const { reads, tell } = looking("home");
    await pass(100);
    for (let times = 0; times < 100; times++) {
      tell(news);
      await pass(200);
    }
    expect(reads.mock.calls.length).toBeLessThanOrEqual(3);
    await pass(12_000);
    expect(reads.mock.calls.length).toBeGreaterThanOrEqual(3);
  });
  test("of something else are nothing to a page", async () => {
    const { reads, tell } = looking("/groups");
    await pass(100);
    tell(news);
    await pass(5_000);
    expect(reads).toHaveBeenCalledTimes(1);
  });
});
