// Sentences of the compiler, in which words of programs stand between backticks.

/** A sentence as it is shown: what stands between backticks as code. */
export function prose(text: string): DocumentFragment {
  const whole = document.createDocumentFragment();
  text.split(/`([^`\n]+)`/).forEach((part, index) => {
    if (part === "") return;
    if (index % 2 === 0) return whole.append(part);
    const code = document.createElement("code");
    code.textContent = part;
    whole.append(code);
  });
  return whole;
}

/** The same for the ear. */
export function spoken(text: string): string {
  return text.replace(/`([^`\n]+)`/g, "$1");
}
