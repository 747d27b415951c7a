# Prints "passed failed skipped" of a TRX report, then one line for each skipped test with its reason.
BEGIN { RS = "<" }
function attribute(name) {
  return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
}
function plain(text) {
  gsub(/&quot;/, "\"", text); gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&apos;/, "'", text); gsub(/&amp;/, "\\&", text)
  gsub(/[[:space:]]+/, " ", text)
  return text
}
/^UnitTestResult / {
  name = attribute("testName"); outcome = attribute("outcome")
  count[outcome]++
  if (outcome == "NotExecuted") reason[name] = ""
}
(/^Message>/ || /^StdOut>/) && outcome == "NotExecuted" && reason[name] == "" {
  sub(/^[A-Za-z]+>/, ""); reason[name] = plain($0)
}
END {
  passed = count["Passed"]; skipped = count["NotExecuted"]
  for (kind in count) if (kind != "Passed" && kind != "NotExecuted") failed += count[kind]
  printf "%d %d %d\n", passed, failed, skipped
  for (test in reason) printf "   skipped %s: %s\n", test, reason[test] == "" ? "no reason given" : reason[test]
}
