/** Measures functions by their layout: the formatter guarantees that a body ends with a brace at the indentation it began with. */

export interface MeasuredFunction {
  /** 1-based line at which the body begins. */
  readonly line: number;
  /** Lines of the body that belong to no inner function. */
  readonly ownLines: number;
}

/** Lines that open the body of a function: declarations, arrows, methods, and the last line of a signature over several lines. */
const opens = [
  /\bfunction\b[^{]*\{$/,
  /=> \{$/,
  /^\s*(?:(?:async|static|get|set|private|protected|public|override) )*[\w#$[\].]+(?:<.*>)?\(.*\)(?:: .+)? \{$/,
  /^\s*\)(?:: .+)? \{$/,
];
const statements = /^\s*(?:\} )?(?:if|else|for|while|do|switch|catch|try|with)\b/;

function indentation(line: string): number {
  return line.length - line.trimStart().length;
}

export function measureFunctions(text: string): readonly MeasuredFunction[] {
  const lines = text.split("\n");
  const open: { line: number; indent: number; ownLines: number }[] = [];
  const measured: MeasuredFunction[] = [];
  lines.forEach((line, index) => {
    const innermost = open.at(-1);
    if (innermost !== undefined && indentation(line) === innermost.indent && /^\s*\}/.test(line)) {
      open.pop();
      measured.push({ line: innermost.line, ownLines: innermost.ownLines });
    } else if (innermost !== undefined) innermost.ownLines += 1;
    const opensHere = opens.some((form) => form.test(line)) && !(statements.test(line) && !line.endsWith("=> {"));
    if (opensHere) open.push({ line: index + 1, indent: indentation(line), ownLines: 0 });
  });
  return measured;
}
