// Reads workflows with GitHub's own parser: `workflows.mjs FILE…`.
//
// Prints a JSON object on a line for each: what is wrong with it, and the condition of each job as GitHub evaluates it.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import "./json-loader.mjs";

const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await import("@actions/workflow-parser");

for (const path of process.argv.slice(2)) {
  const name = basename(path);
  const { context, value } = parseWorkflow({ name, content: readFileSync(path, "utf8") }, new NoOperationTraceWriter());
  const errors = context.errors.getErrors().map((error) => error.message);
  const jobs = {};
  if (value && errors.length === 0) {
    const template = await convertWorkflowTemplate(context, value);
    errors.push(...(template.errors ?? []).map((error) => error.Message ?? String(error)));
    for (const job of template.jobs) {
      jobs[String(job.id)] = job.if.expression;
    }
  }
  console.log(JSON.stringify({ name, errors, jobs }));
}
