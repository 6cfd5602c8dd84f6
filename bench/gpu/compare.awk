# Compares what each device (-v addresses) gave through CUDA and through OpenCL, from files NAME.cuda.json and NAME.opencl.json in
# which the object of a device stands on a line of its own. Exit code as in run.sh, which calls it.
function value(key,  at) {
  if (!match($0, "\"" key "\":(\"[^\"]*\"|[^,}]*)")) return ""
  at = substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
  gsub(/"/, "", at)
  return at
}
function nameOf(file,  n, path, part) {
  n = split(file, path, "/")
  split(path[n], part, ".")
  way = part[2]
  return part[1]
}
/^\{"address"/ {
  name = nameOf(FILENAME)
  key = value("address") SUBSEP name
  if (value("standIn") == "true") standIn[key] = 1
  if (index($0, "\"error\":")) {
    told[key, way] = value("error")
    if (value("measured") == "true") wrong[key]++
    next
  }
  told[key, way] = "proven by " value("provenBy")
  wrong[key] += value("wrong")
  work = value("bytes") * value("passes")
  if (value("done") != "") work = value("done")
  if (value("products") != "") work = 2 * value("products") * value("size") ^ 3
  if (value("rows") != "") work = 2 * value("rows") * value("size") ^ 2
  speed[key, way] = work / value("elapsedSeconds")
}
function shown(number) { return number ? sprintf("%.4g", number) : "-" }
function judge(key,  cuda, opencl, ratio) {
  cuda = speed[key, "cuda"]
  opencl = speed[key, "opencl"]
  if (standIn[key]) return "no measurement: stand-in library"
  if (wrong[key] > 0) { bad = 1; return "WRONG" }
  if (!cuda && !opencl) { lacking = 1; return "not measured" }
  good = 1
  if (!cuda || !opencl) return "one way only"
  ratio = opencl / cuda
  if (ratio >= 0.98 && ratio <= 1.02) return sprintf("ratio %.4f", ratio)
  bad = 1
  return sprintf("ratio %.4f: more than 2 %% apart", ratio)
}
END {
  count = split(addresses, all, " ")
  for (f = 1; f < ARGC; f++) {
    name = nameOf(ARGV[f])
    if (ARGV[f] ~ /=/ || name in had) continue
    had[name] = 1
    for (i = 1; i <= count; i++) {
      key = all[i] SUBSEP name
      verdict = judge(key)
      printf "%s %s cuda %s opencl %s wrong %d: %s\n", all[i], name, shown(speed[key, "cuda"]), shown(speed[key, "opencl"]), wrong[key], verdict
      printf "  cuda: %s\n", told[key, "cuda"] == "" ? "no result" : told[key, "cuda"]
      printf "  opencl: %s\n", told[key, "opencl"] == "" ? "no result" : told[key, "opencl"]
    }
  }
  exit bad || (good && lacking) ? 1 : good ? 0 : 2
}
