/** The playground as files: `npx vite build playground` writes build/playground, which any web server can publish. */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  build: {
    outDir: "../build/playground",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    // The filter stays a file of its own: it is compiled while it loads, and it is the very file that Envoy gets.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  worker: { format: "es" },
});
