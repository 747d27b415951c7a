/** Copies a text; false where the browser offers no clipboard (plain HTTP from another machine). */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
