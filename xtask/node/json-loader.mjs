// Some packages import JSON as bundlers take it; Node wants the kind said.
import { register } from "node:module";

const hooks = `
export async function load(url, context, next) {
  const importAttributes = url.endsWith(".json") ? { type: "json" } : context.importAttributes;
  return next(url, { ...context, importAttributes });
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
