// Evaluates guards with GitHub's own evaluator: `guards.mjs CASES.jsonl`.
//
// The first line is the list of all guards. Every other line is a case: the `guards` that are asked, as places in that list,
// the `contexts`, and how the jobs before went, `success` and `cancelled`. Prints a line for each case: `1` or `0` for every
// guard, or `e` where it has no value.

import { readFileSync } from "node:fs";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

const NAMES = ["github", "inputs", "vars", "needs"];
let status = { success: true, cancelled: false };

const asked = (name, answer) => ({
  name,
  minArgs: 0,
  maxArgs: 255,
  call: () => new data.BooleanData(answer()),
});
const functions = [
  asked("success", () => status.success),
  asked("failure", () => !status.success && !status.cancelled),
  asked("cancelled", () => status.cancelled),
  asked("always", () => true),
];
const byName = new Map(functions.map((one) => [one.name, one]));

function tree(text) {
  return new Parser(new Lexer(text).lex().tokens, NAMES, functions).parse();
}

function truthy(value) {
  switch (value.kind) {
    case data.Kind.Null:
      return false;
    case data.Kind.Boolean:
      return value.value;
    case data.Kind.Number:
      return value.value !== 0 && !Number.isNaN(value.value);
    case data.Kind.String:
      return value.value !== "";
    default:
      return true;
  }
}

const [first, ...lines] = readFileSync(process.argv[2], "utf8").split("\n").filter(Boolean);
const trees = JSON.parse(first).map(tree);
const verdicts = lines.map((line) => {
  const { guards, contexts, success, cancelled } = JSON.parse(line);
  const values = JSON.parse(JSON.stringify(contexts), data.reviver);
  status = { success, cancelled };
  return guards
    .map((place) => {
      try {
        return truthy(new Evaluator(trees[place], values, byName).evaluate()) ? "1" : "0";
      } catch {
        return "e";
      }
    })
    .join("");
});
process.stdout.write(verdicts.join("\n") + "\n");
