/** Ends the session; a cookie can only be cleared by an HTTP response, not through the circuit. */
export async function signOut() {
  try {
    await fetch("/api/v1/sign-out", { method: "POST" });
  } finally {
    location.assign("/sign-in");
  }
}
