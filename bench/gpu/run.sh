#!/bin/sh
# run.sh OUT [SECONDS [ADDRESS…]]: everything that only a machine with a GPU can tell, in one go of at most 540 s.
#
# It sets nothing and installs nothing; it needs gcc and a driver. Each part writes below OUT before the next one begins, so what
# there is when somebody pulls the plug is whole. The summary says, for each device and program, whether its known answers came out
# right, by what it was proven to be the one that was asked for, and whether NVIDIA's driver alone and OpenCL agree within 2 %, where
# both are there. Exit code 0: all of that holds; 1: something does not; 2: there was no GPU, or none could be measured.
set -u
[ $# -ge 1 ] || { echo "usage: run.sh OUT [SECONDS [ADDRESS…]]" >&2; exit 64; }
out=$1 seconds=${2:-3}
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
for workload in sha256 matmul memory; do
  within 60 "$out/3-programs/$workload" gcc -std=gnu11 -O2 -o "$out/3-programs/$workload.bin" "$workloads/$workload/native/device.c" -ldl -lm
done

if [ $# -eq 0 ]; then
  # Displays and accelerators of NVIDIA and AMD.
  set -- $(awk '$2 == "0x10de" || $2 == "0x1002" {print $1}' "$out/1-facts/pci")
fi
if [ $# -eq 0 ]; then
  echo "There is no GPU of NVIDIA or AMD on this machine: nothing was measured." | tee "$out/summary"
  exit 2
fi

echo "part 4: $# devices, $seconds s for each program"
mkdir -p "$out/4-devices"
export CUDA_CACHE_PATH="$out/cache" POCL_CACHE_DIR="$out/cache"
# measure NAME WORKLOAD KERNELS WORDS…
measure() {
  name=$1 workload=$2 kernels=$workloads/$2/native/$3
  shift 3
  for api in cuda opencl; do
    case $api in cuda) code=$kernels.ptx ;; *) code=$kernels.cl ;; esac
    # shellcheck disable=SC2086
    within 90 "$out/4-devices/$name.$api.json" "$out/3-programs/$workload.bin" $api "$code" "$@" "$seconds" together 0 $addresses
  done
}
addresses=$*
measure sha256-headers sha256 sha256 headers
measure memory-pattern memory memory pattern 4294967296
measure memory-triad memory memory triad 0
measure matmul-fp32 matmul gemm fp32 4096 1
measure sha256-messages sha256 sha256 messages
measure memory-copy memory memory copy 0
measure memory-hostToDevice memory memory hostToDevice 0
measure memory-deviceToHost memory memory deviceToHost 0
measure matmul-fp16 matmul gemm fp16 4096 1

echo "part 5: afterwards"
mkdir -p "$out/5-afterwards"
within 20 "$out/5-afterwards/nvidia-smi.xml" nvidia-smi -q -x
within 5 "$out/5-afterwards/left" sh -c 'ps -eo pid,comm,args | grep "[3]-programs/" || echo none of our programs is left'

awk -v addresses="$addresses" -f "$here/compare.awk" "$out"/4-devices/*.json >"$out/summary"
status=$?
cat "$out/summary"
exit $status
