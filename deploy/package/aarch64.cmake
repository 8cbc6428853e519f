# Cross-builds for AArch64 with Debian's gcc-aarch64-linux-gnu: the preset aarch64, which ./dev cross builds and tries.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
