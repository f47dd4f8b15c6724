// Evaluates expressions with GitHub's own evaluator: `evaluate.mjs CONTEXTS.json EXPRESSIONS.jsonl [PASSES]`.
//
// Prints the result of each on a line, as `{"value":…}` or `{"error":…}`. A number is `{"n":"1.5"}` and an object
// `{"o":[[name,value],…]}`, so that nothing is lost. With a number of passes, instead, how many seconds a pass over all
// of them takes (the median): of reading alone, of evaluating those that were read, and of getting from each text to its
// value. That is the processor's time or the clock's, whichever is less: other programs make the clock's longer, and what
// works beside the evaluator makes the processor's longer. Some passes before those do not count: they give the
// just-in-time compiler time to do its work.

import { readFileSync } from "node:fs";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

const [contextsFile, expressionsFile, passes] = process.argv.slice(2);
const contexts = JSON.parse(readFileSync(contextsFile, "utf8"), data.reviver);
const names = contexts.pairs().map((pair) => pair.key);
const expressions = readFileSync(expressionsFile, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));

const status = (name, value, maxArgs) => ({
  name,
  minArgs: 0,
  maxArgs,
  call: () => new data.BooleanData(value),
});
const functions = [
  status("success", true, Number.MAX_SAFE_INTEGER),
  status("failure", false, Number.MAX_SAFE_INTEGER),
  status("cancelled", false, 0),
  status("always", true, 0),
];
const byName = new Map(functions.map((one) => [one.name, one]));

function read(text) {
  const { tokens } = new Lexer(text).lex();
  return new Parser(tokens, names, functions).parse();
}

function value(tree) {
  return new Evaluator(tree, contexts, byName).evaluate();
}

function evaluate(text) {
  return value(read(text));
}

// Not to have a value is a result like any other.
function attempt(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}

const WARM_UP = 12;

function median(passes, work) {
  const times = [];
  for (let pass = 0; pass < passes + WARM_UP; pass++) {
    const [clock, before] = [process.hrtime.bigint(), process.cpuUsage()];
    work();
    const { user, system } = process.cpuUsage(before);
    const seconds = Number(process.hrtime.bigint() - clock) / 1e9;
    times.push(Math.min(seconds, (user + system) / 1e6));
  }
  return times.slice(WARM_UP).sort((a, b) => a - b)[Math.floor(passes / 2)];
}

function shown(value) {
  switch (value.kind) {
    case data.Kind.Null:
      return null;
    case data.Kind.Number:
      return { n: String(value.value) };
    case data.Kind.Array:
      return value.values().map(shown);
    case data.Kind.Dictionary:
      return { o: value.pairs().map(({ key, value }) => [key, shown(value)]) };
    default:
      return value.value;
  }
}

if (passes) {
  const reading = median(Number(passes), () => expressions.forEach((text) => attempt(() => read(text))));
  const both = median(Number(passes), () => expressions.forEach((text) => attempt(() => evaluate(text))));
  // Only now: to keep them all makes everything before slower.
  const trees = expressions.map((text) => attempt(() => read(text))).filter(Boolean);
  const evaluating = median(Number(passes), () => trees.forEach((tree) => attempt(() => value(tree))));
  console.log(`${reading} ${evaluating} ${both}`);
} else {
  const lines = expressions.map((text) => {
    try {
      return JSON.stringify({ value: shown(evaluate(text)) });
    } catch (error) {
      return JSON.stringify({ error: String(error.message) });
    }
  });
  process.stdout.write(lines.join("\n") + "\n");
}
