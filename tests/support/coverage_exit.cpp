// SPDX-License-Identifier: Apache-2.0
// Line counts of a process that ends with _exit, as workers and signal handlers do: gcov writes
// them at exit() only. Linked into the programs of the preset `coverage` with --wrap=_exit.
extern "C" {
void __gcov_dump();
[[noreturn]] void __real__exit(int code);
[[noreturn]] void __wrap__exit(int code);

void __wrap__exit(int code) {
  __gcov_dump();
  __real__exit(code);
}
}
