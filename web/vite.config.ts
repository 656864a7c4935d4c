// How the bundle is made: one page, its assets below /web/, one file for each route, nothing from elsewhere.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "/web/",
  plugins: [react()],
  build: {
    outDir: "dist/app",
    emptyOutDir: true,
    target: "es2022",
    // The policy allows no `data:` but for images, and small files cost nothing over HTTP/2.
    assetsInlineLimit: 0,
    // What a preload would need stands in the page itself.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    rollupOptions: {
      output: {
        manualChunks(id) {
          if (/node_modules\/(react|react-dom|scheduler)\//.test(id)) return "react";
          return undefined;
        },
      },
    },
  },
  // A test holds the words of compliance against the sentences that the server says.
  server: { fs: { allow: [".", "../devices/src/compliance"] } },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"], css: false, testTimeout: 60_000, setupFiles: ["src/testing.ts"] },
});
