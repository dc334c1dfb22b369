#!/bin/bash
# search.sh PROGRAM FOLDER RUNS [PARSER…]: RUNS inputs to each parser, from the project's own files on; what crashes
# stays in FOLDER/found. Run by `make fuzz-parsers` at the top of the repository.
set -u
program=$1 folder=$2 runs=$3
shift 3
mkdir -p "$folder/found"

# Good inputs to begin with, each a file of its own.
seed() {
  local parser=$1 corpus=$2
  case $parser in
    statements | completion | expressions)
      grep -h '^elbo> ' sessions/*.session | cut -c7- | sort -u | split -l 1 -a 4 - "$corpus/line-" ;;
    layers)
      grep -hoE '(encoder|decoder)="[^"]+"' -r sessions examples Tests README.md | cut -d'"' -f2 | sort -u |
        split -l 1 -a 3 - "$corpus/layers-" ;;
    session) cp sessions/*.session "$corpus" ;;
    json) grep -hoE '^\{.*\}$' Sources/Kernel/PROTOCOL.md Tests/KernelTests/*.swift | sort -u | split -l 1 -a 3 - "$corpus/line-" ;;
    npy | safetensors) cp Tests/TensorsTests/Corpus/*."$parser" "$corpus" ;;
    table) cp Tests/DatasetsTests/Corpus/*.csv* "$corpus" ;;
    idx | npz) cp Tests/DatasetsTests/Corpus/*."$parser"* "$corpus" ;;
    images)
      for ending in png jpg gif bmp tif webp pbm pgm ppm; do cp Tests/DatasetsTests/Corpus/*."$ending" "$corpus"; done ;;
  esac
  cp Tests/Fuzzing/Cases/"$parser"/* "$corpus" 2>/dev/null
}

failed=0
for parser in "${@:-$("$program")}"; do
  for parser in $parser; do
    corpus=$folder/corpus/$parser
    mkdir -p "$corpus"
    seed "$parser" "$corpus"
    # Standard output is the parsers' own; libFuzzer speaks on the other. What libraries leave at exit is no leak of ours.
    if ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 "$program" "$parser" -runs="$runs" -seed="${SEED:-1}" \
      -artifact_prefix="$folder/found/$parser-" -print_final_stats=1 "$corpus" >"$folder/$parser.log" 2>&1; then
      done=$(grep -oE 'number_of_executed_units: *[0-9]+' "$folder/$parser.log" | grep -oE '[0-9]+')
      reached=$(grep -oE 'cov: [0-9]+' "$folder/$parser.log" | tail -1)
      echo "$parser: ${done:-?} inputs, no crash, branches ${reached#cov: }"
    else
      failed=1
      echo "$parser: broken by an input in $folder/found; the log is $folder/$parser.log"
      grep -E 'Fatal error|ERROR:|SUMMARY:|Test unit' "$folder/$parser.log" | head -5
    fi
  done
done
exit $failed
