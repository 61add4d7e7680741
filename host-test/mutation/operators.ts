// The faults that are put in: each takes one place of a source file and says what stands there instead. Knows the syntax
// tree, nothing of builds or tests.

import ts from "typescript";

/** What stands at a fault's place. A `constant` is worked out by the compiler: nothing can choose between two when it runs. */
export type Form = "expression" | "statement" | "constant";

/** One fault: the text from `start` to `end` becomes `text`. */
export interface Mutant {
  /** below the top of the repository */
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly operator: string;
  readonly form: Form;
}

/** What a fault is called and where it applies; null: not at this node. */
type Operator = (node: ts.Node, source: ts.SourceFile) => [name: string, text: string] | null;

const BINARY: Partial<Record<ts.SyntaxKind, readonly [name: string, text: string]>> = {
  [ts.SyntaxKind.LessThanToken]: ["bound", "<="],
  [ts.SyntaxKind.LessThanEqualsToken]: ["bound", "<"],
  [ts.SyntaxKind.GreaterThanToken]: ["bound", ">="],
  [ts.SyntaxKind.GreaterThanEqualsToken]: ["bound", ">"],
  [ts.SyntaxKind.EqualsEqualsToken]: ["condition", "!="],
  [ts.SyntaxKind.ExclamationEqualsToken]: ["condition", "=="],
  [ts.SyntaxKind.AmpersandAmpersandToken]: ["condition", "||"],
  [ts.SyntaxKind.BarBarToken]: ["condition", "&&"],
  [ts.SyntaxKind.PlusToken]: ["span", "-"],
  [ts.SyntaxKind.MinusToken]: ["span", "+"],
};

const COMPOUND: Partial<Record<ts.SyntaxKind, string>> = {
  [ts.SyntaxKind.PlusEqualsToken]: "-=",
  [ts.SyntaxKind.MinusEqualsToken]: "+=",
};

/** Comparisons, logic, sums: the other one of each pair. */
const swapOperator: Operator = (node, source) => {
  if (!ts.isBinaryExpression(node)) return null;
  const token = node.operatorToken.kind;
  const other = BINARY[token];
  const left = node.left.getText(source);
  const right = node.right.getText(source);
  if (other !== undefined) return [other[0], `${left} ${other[1]} ${right}`];
  const compound = COMPOUND[token];
  return compound === undefined ? null : ["span", `${left} ${compound} ${right}`];
};

/** A small whole number in a sum, a difference or a call is one more than it should be. */
const offByOne: Operator = (node, source) => {
  if (!ts.isNumericLiteral(node) || !/^\d{1,3}$/.test(node.text)) return null;
  const inSum = ts.isBinaryExpression(node.parent) && isSum(node.parent.operatorToken.kind);
  if (!inSum && !ts.isCallExpression(node.parent)) return null;
  if (ts.isCallExpression(node.parent) && node.parent.expression === node) return null;
  return ["index", `${Number(node.getText(source)) + 1}`];
};

function isSum(token: ts.SyntaxKind): boolean {
  return (
    token === ts.SyntaxKind.PlusToken ||
    token === ts.SyntaxKind.MinusToken ||
    token === ts.SyntaxKind.PlusEqualsToken ||
    token === ts.SyntaxKind.MinusEqualsToken
  );
}

/** A call for its effect is not made: a write, a flush, a release. */
const dropCall: Operator = (node) =>
  ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)
    ? ["dropped call", ";"]
    : null;

/** An assignment is not made. */
const dropAssignment: Operator = (node) =>
  ts.isExpressionStatement(node) &&
  ts.isBinaryExpression(node.expression) &&
  node.expression.operatorToken.kind === ts.SyntaxKind.EqualsToken
    ? ["dropped assignment", ";"]
    : null;

/** A verdict is the opposite one. */
const flipVerdict: Operator = (node) => {
  if (!ts.isReturnStatement(node) || node.expression === undefined) return null;
  if (node.expression.kind === ts.SyntaxKind.TrueKeyword) return ["verdict", "return false;"];
  return node.expression.kind === ts.SyntaxKind.FalseKeyword ? ["verdict", "return true;"] : null;
};

/** A way out that is taken early is not taken. */
const dropGuard: Operator = (node) => {
  if (!ts.isIfStatement(node) || node.elseStatement !== undefined) return null;
  return ts.isReturnStatement(node.thenStatement) ? ["dropped guard", ";"] : null;
};

const OPERATORS: readonly Operator[] = [
  swapOperator,
  offByOne,
  dropCall,
  dropAssignment,
  flipVerdict,
  dropGuard,
];

/** All faults of a source text, in the order of their places. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    // Constants and types are decided when the module is compiled; tests of the build see to them.
    if (ts.isImportDeclaration(node) || ts.isEnumDeclaration(node)) return;
    for (const operator of OPERATORS) {
      const change = operator(node, source);
      if (change === null) continue;
      const [name, replacement] = change;
      const start = node.getStart(source);
      const form = formOf(node);
      found.push({ file, start, end: node.getEnd(), text: replacement, operator: name, form });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What stands at `node`. */
export function formOf(node: ts.Node): Form {
  if (ts.findAncestor(node, ts.isFunctionLike) === undefined) return "constant";
  return ts.isStatement(node) ? "statement" : "expression";
}

/** The text with the fault in it. */
export function applyMutant(text: string, mutant: Mutant): string {
  return text.slice(0, mutant.start) + replacement(mutant) + text.slice(mutant.end);
}

/** What the fault puts there, of a piece: what binds tighter than the old operator does not tear it apart. */
export function replacement({ text, form }: Mutant): string {
  return form === "statement" || /^\w*$/.test(text) ? text : `(${text})`;
}

/** Line of the fault, from 1. */
export function lineOf(text: string, { start }: Mutant): number {
  return text.slice(0, start).split("\n").length;
}
