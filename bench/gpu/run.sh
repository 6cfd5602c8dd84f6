#!/bin/sh
# run.sh OUT [SECONDS [ADDRESS…]]: everything that only a machine with a GPU can tell, in one go of at most 540 s.
#
# It sets nothing and installs nothing; it needs gcc and a driver. Each part writes below OUT before the next one begins, so what
# there is when somebody pulls the plug is whole; what nobody has seen on a GPU yet comes first: whether cuBLASLt and NCCL work on a
# driver's context without CUDA's runtime, and whether this user may listen to events (Xids). The summary says, for each device and program, whether its known answers came out
# right, by what it was proven to be the one that was asked for, and whether NVIDIA's driver alone and OpenCL agree within 2 %, where
# both are there. ASSAY_BENCH_SMALL=1: small shapes and a second of heat, to try the script itself. Exit code 0: all of that holds; 1: something does not; 2: there was no GPU, or none could be measured.
set -u
[ $# -ge 1 ] || { echo "usage: run.sh OUT [SECONDS [ADDRESS…]]" >&2; exit 64; }
out=$1 seconds=${2:-3}
if [ "${ASSAY_BENCH_SMALL:-0}" = 1 ]; then
  sizes=128 largest=128 vector=128 pattern=1048576 copy=1048576 sum=65536 hot=1 listen=1
else
  sizes="8192 4096" largest=16384 vector=4096 pattern=4294967296 copy=0 sum=1073741824 hot=90 listen=6
fi
[ $# -ge 2 ] && shift
shift
began=$(date +%s)
here=$(cd "$(dirname "$0")" && pwd) || exit 70
workloads=$here/../../workloads
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 70

left() { echo $((540 - 10 - $(date +%s) + began)); }

# within LIMIT FILE COMMAND…: what it prints, how it ended and how long it took; never past the end of the script's own time.
within() {
  limit=$1 file=$2
  shift 2
  [ "$(left)" -lt "$limit" ] && limit=$(left)
  if [ "$limit" -lt 1 ]; then
    echo "not run: no time was left" >"$file.ended"
    return 1
  fi
  start=$(date +%s)
  timeout -k 2 "$limit" "$@" >"$file" 2>"$file.stderr" &
  job=$!
  # What hangs in a driver cannot be ended, not even waited for: it is left behind.
  while kill -0 $job 2>/dev/null && [ $(($(date +%s) - start)) -lt $((limit + 4)) ]; do sleep 0.1; done
  ended=124
  kill -0 $job 2>/dev/null || { wait $job; ended=$?; }
  [ -s "$file.stderr" ] || rm -f "$file.stderr"
  echo "exit code $ended after $(($(date +%s) - start)) s: $*" >"$file.ended"
  return $ended
}

echo "part 1: facts"
mkdir -p "$out/1-facts"
within 5 "$out/1-facts/uname" uname -a
within 5 "$out/1-facts/id" id
within 5 "$out/1-facts/environment" sh -c 'env | grep -E "^(CUDA|NVIDIA|LD_|OCL|OPENCL|HIP|ROCR|GPU)" || echo none of CUDA, NVIDIA, LD, OCL, HIP, ROCR'
within 5 "$out/1-facts/driver" sh -c 'head -n 5 /proc/driver/nvidia/version /sys/module/nvidia/version /sys/module/amdgpu/version; true'
within 5 "$out/1-facts/device-files" sh -c 'ls -l /dev/nvidia* /dev/dri /dev/kfd; true'
within 5 "$out/1-facts/icds" sh -c 'head -n 5 /etc/OpenCL/vendors/*.icd; true'
within 5 "$out/1-facts/memory" cat /proc/meminfo
# shellcheck disable=SC2016
within 10 "$out/1-facts/pci" sh -c 'for d in /sys/bus/pci/devices/*; do
  case $(cat $d/class) in 0x03*|0x12*) echo "${d##*/} $(cat $d/vendor) $(cat $d/device) x$(cat $d/current_link_width 2>/dev/null) $(cat $d/current_link_speed 2>/dev/null)";; esac
done'
within 20 "$out/1-facts/nvidia-smi.xml" nvidia-smi -q -x
within 20 "$out/1-facts/clinfo" clinfo

echo "part 2: libraries"
{
  for name in libcuda.so.1 libnvidia-ptxjitcompiler.so.1 libnvidia-ml.so.1 libOpenCL.so.1 libnvidia-opencl.so.1 libamdocl64.so \
    libcublasLt.so.13 libcublasLt.so.12 libnccl.so.2; do
    found=0
    for path in $(/sbin/ldconfig -p | awk -v name="$name" '$1 == name {print $NF}') /usr/local/nvidia/lib64/$name /usr/lib/wsl/lib/$name; do
      [ -e "$path" ] || continue
      found=1
      echo "$name: $path -> $(readlink -f "$path") sha256 $(sha256sum <"$path" | cut -d' ' -f1)"
    done
    [ $found = 1 ] || echo "$name: the loader knows none, and none lies where containers and WSL keep it"
  done
} >"$out/2-libraries" 2>&1

echo "part 3: programs"
mkdir -p "$out/3-programs"
# build NAME SOURCE
build() {
  within 60 "$out/3-programs/$1" gcc -std=gnu11 -O2 -o "$out/3-programs/$1.bin" "$workloads/$2" -ldl -lm
}
build record accelerator-health/native/record.c
build cublaslt matmul/native/cublaslt.c
build nccl collective/native/nccl.c
for workload in sha256 matmul memory; do build $workload $workload/native/device.c; done
build peer memory/native/peer.c

given=$#
if [ $# -eq 0 ]; then
  # Displays and accelerators of NVIDIA and AMD.
  # shellcheck disable=SC2046
  set -- $(awk '$2 == "0x10de" || $2 == "0x1002" {print $1}' "$out/1-facts/pci")
fi
if [ $# -eq 0 ]; then
  echo "There is no GPU of NVIDIA or AMD on this machine: nothing was measured." | tee "$out/summary"
  exit 2
fi

addresses=$* nvidia=
for address in "$@"; do
  # Whoever names devices knows whose they are.
  if [ "$given" -gt 0 ] || grep -q "^$address 0x10de " "$out/1-facts/pci"; then nvidia="$nvidia $address"; fi
done
export CUDA_CACHE_PATH="$out/cache" POCL_CACHE_DIR="$out/cache"

# multiply FOLDER DTYPE SIZE SECONDS: by matrix units, through NVIDIA's library.
multiply() {
  # shellcheck disable=SC2086
  within $((60 + ${4%.*})) "$out/$1/matrix-$2-$3.cuda.json" "$out/3-programs/cublaslt.bin" cuda "$workloads/matmul/native/gemm.ptx" \
    "$2" "$3" 1 "$4" together 0 cold $nvidia
}
# add_up NAME ALGORITHM DEVICE…: sums over these devices through NCCL, with its log of each.
add_up() {
  name=$1 algorithm=$2
  shift 2
  mkdir -p "$out/7-sums/$name"
  within 120 "$out/7-sums/$name.json" env NCCL_DEBUG=INFO NCCL_DEBUG_SUBSYS=INIT,BOOTSTRAP,ENV,NET,GRAPH,P2P,SHM,TUNING \
    "$out/3-programs/nccl.bin" cuda "$workloads/collective/native/collective.ptx" fp32 "$algorithm" 65536 "$sum" 16 5 \
    "$out/7-sums/$name" 30 0 1 $# - 30 together 0 cold "$@"
}

mkdir -p "$out/4-first" "$out/5-devices" "$out/6-matrix-units" "$out/7-sums" "$out/8-hot"
if [ -n "$nvidia" ]; then
  echo "part 4: what nobody has seen yet"
  # It ends when it is told to, and says then what it has heard.
  # shellcheck disable=SC2086
  within $((listen + 10)) "$out/4-first/record" timeout "$listen" "$out/3-programs/record.bin" 0.5 $nvidia
  multiply 4-first bf16 "${sizes##* }" 1
  # shellcheck disable=SC2086
  set -- $nvidia
  add_up one auto "$1"
fi

echo "part 5: devices, $seconds s for each program"
# measure NAME WORKLOAD KERNELS WORDS…
measure() {
  name=$1 workload=$2 kernels=$workloads/$2/native/$3
  shift 3
  for api in cuda opencl; do
    case $api in cuda) code=$kernels.ptx ;; *) code=$kernels.cl ;; esac
    # shellcheck disable=SC2086
    within 60 "$out/5-devices/$name.$api.json" "$out/3-programs/$workload.bin" $api "$code" "$@" "$seconds" together 0 cold $addresses
  done
}
measure memory-triad memory memory triad "$copy"
measure sha256-headers sha256 sha256 headers
measure memory-pattern memory memory pattern "$pattern"

if [ -n "$nvidia" ]; then
  echo "part 6: matrix units"
  multiply 6-matrix-units bf16 "$largest" "$seconds"
  multiply 6-matrix-units fp8-fast "$largest" "$seconds"
  for dtype in fp8 fp16 bf16 tf32 fp32; do
    for size in $sizes; do multiply 6-matrix-units $dtype "$size" "$seconds"; done
  done
  echo "part 7: sums, and copies between devices"
  # shellcheck disable=SC2086
  set -- $nvidia
  if [ $# -gt 1 ]; then
    add_up all auto "$@"
    add_up rings ring "$@"
    within 60 "$out/7-sums/peers.json" "$out/3-programs/peer.bin" cuda "$workloads/memory/native/memory.ptx" "$copy" "$seconds" alone 0 cold "$@"
  fi
  echo "part 8: $hot s of heat"
  within $((hot + 60)) "$out/8-hot/record" timeout $((hot + 20)) "$out/3-programs/record.bin" 1 "$@" &
  within $((hot + 60)) "$out/8-hot/each-second.csv" timeout $((hot + 20)) nvidia-smi -lms 1000 \
    --query-gpu=pci.bus_id,clocks.sm,power.draw,temperature.gpu,utilization.gpu --format=csv &
  multiply 8-hot bf16 "$largest" "$hot"
fi

echo "part 9: the rest"
measure memory-copy memory memory copy "$copy"
measure memory-hostToDevice memory memory hostToDevice "$copy"
measure memory-deviceToHost memory memory deviceToHost "$copy"
measure matmul-fp32 matmul gemm fp32 "$vector" 1
measure sha256-messages sha256 sha256 messages
measure matmul-fp16 matmul gemm fp16 "$vector" 1

echo "part 10: afterwards"
wait # for what went on beside the heat
mkdir -p "$out/10-afterwards"
within 20 "$out/10-afterwards/nvidia-smi.xml" nvidia-smi -q -x
within 5 "$out/10-afterwards/left" sh -c 'ps -eo pid,comm,args | grep "[3]-programs/" || echo none of our programs is left'

# value KEY FILE: each value of a key, once.
value() { grep -oh "\"$1\":\(\"[^\"]*\"\|{[^}]*}\)" "$2" 2>/dev/null | cut -d: -f2- | sort -u | head -n 4; }
awk -v addresses="$addresses" -f "$here/compare.awk" "$out"/*/*.cuda.json "$out"/*/*.opencl.json >"$out/summary"
status=$?
{
  echo "events: $(value events "$out/4-first/record")"
  for file in "$out"/4-first/*.json "$out"/6-matrix-units/*.json "$out"/8-hot/*.json; do
    [ -e "$file" ] && echo "$(basename "$file"): power $(value power "$file"), multiplied by $(value path "$file")"
  done
  for file in "$out"/7-sums/*.json; do
    [ -e "$file" ] && echo "$(basename "$file"): $(grep -o '"wrong":[0-9]*' "$file" | sort | uniq -c | sort -rn | head -n 2 | tr -s ' \n' ' ')$(value error "$file")"
  done
} >>"$out/summary"
cat "$out/summary"
exit $status
