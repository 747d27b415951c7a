# Prints the line coverage of one assembly, in percent, over any number of Cobertura reports (-v assembly=NAME).
function attribute(name,   parts) {
  return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
}
/<package / { inside = attribute("name") == assembly }
/<class / { file = attribute("filename") }
inside && /<line / {
  line = file ":" attribute("number")
  known[line] = 1
  if (attribute("hits") > 0) hit[line] = 1
}
END {
  for (line in known) { total++; if (line in hit) covered++ }
  printf "%.1f\n", total ? 100 * covered / total : 0
}
