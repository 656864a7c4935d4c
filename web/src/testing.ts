// What the browser has and the imitation of one that component tests run in has not.

import { configure } from "@testing-library/dom";

// A busy machine is slow, and a test that waits for something says what is missing either way.
configure({ asyncUtilTimeout: 15_000 });

globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
globalThis.scrollTo = () => {};
globalThis.matchMedia ??= ((query: string) => ({ matches: false, media: query, addEventListener() {}, removeEventListener() {} })) as never;
