/**
 * The software bill of materials, CycloneDX 1.5: npm's own, cut down to what is in the artefacts. The module holds code of the compiler's
 * library, the command line what the bundler put there; tools that only build and test are no parts of the product.
 */
import { spawnSync } from "node:child_process";

/** The compiler, whose library is compiled into the module. */
const IN_MODULE = ["assemblyscript"];
/** The innermost package of a path; the folder may be a link to another place. */
const PACKAGE_PLACE = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//;

/** @typedef {{ "bom-ref": string, name: string, version: string, scope?: string, properties?: object[] }} Component */

/**
 * Makes the document.
 * @param {string} root folder of the checkout, installed
 * @param {import("esbuild").Metafile} metafile of the bundle
 * @param {{ sha256: string, date: Date }} module digest of the .wasm, and the time that the document names
 * @returns {object} without a serial number, so that the same sources give the same document
 * @throws {Error} when npm cannot tell, or does not know a package of the bundle
 */
export function sbomOf(root, metafile, { sha256, date }) {
  const bom = ofNpm(root);
  const names = shippedPackages(metafile);
  const components = names.map((name) => componentOf(bom.components, name));
  const [own] = [bom.metadata.component];
  delete bom.serialNumber;
  return {
    ...bom,
    metadata: {
      ...bom.metadata,
      timestamp: date.toISOString(),
      component: { ...own, name: "messages-bridge", hashes: [{ alg: "SHA-256", content: sha256 }] },
    },
    components,
    dependencies: [
      { ref: own["bom-ref"], dependsOn: components.map((component) => component["bom-ref"]) },
      ...components.map((component) => ({ ref: component["bom-ref"], dependsOn: [] })),
    ],
  };
}

/** @param {string} root */
function ofNpm(root) {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
  const { status, stdout, stderr } = spawnSync("npm", args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm sbom ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/**
 * The packages whose code is in the module or in the bundle.
 * @param {import("esbuild").Metafile} metafile of the bundle
 * @returns {string[]} their names, each once, sorted
 */
export function shippedPackages(metafile) {
  const bundled = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.keys(inputs))
    .flatMap((file) => PACKAGE_PLACE.exec(file)?.[1] ?? []);
  return [...new Set([...IN_MODULE, ...bundled])].sort();
}

/**
 * @param {Component[]} components
 * @param {string} name
 * @returns {Component} as a part of the product, whatever it is to npm
 */
function componentOf(components, name) {
  const component = components.find((one) => one.name === name);
  if (component === undefined) throw new Error(`npm's bill does not know ${name}`);
  return { ...component, properties: [], scope: "required" };
}
