# SPDX-License-Identifier: Apache-2.0
# Test programs: GoogleTest with the project's own main (tests/support/main.cpp). gtest_main must not
# be linked: the SystemC library exports a main of its own, which wins, and no test would run.
find_package(GTest 1.12 REQUIRED)
find_package(rapidcheck REQUIRED CONFIG)

# What every test of a sanitizer build needs: coroutine stacks and ASan's fake stack do not mix.
set(npusim_test_environment "SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1")
set(npusim_test_slowdown 1)
if(NPUSIM_SANITIZE OR NPUSIM_COVERAGE)
  set(npusim_test_slowdown 5)
endif()
if(NPUSIM_SANITIZE)
  list(APPEND npusim_test_environment
       "ASAN_OPTIONS=detect_stack_use_after_return=0:strict_string_checks=1:allocator_may_return_null=1"
       "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1"
       "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/tsan_suppressions.txt")
endif()

# npusim_set_test_properties(<ctest name> [TIMEOUT seconds] [LABELS l...])
function(npusim_set_test_properties name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "LABELS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  math(EXPR timeout "${arg_TIMEOUT} * ${npusim_test_slowdown}")
  set_tests_properties(${name} PROPERTIES
    TIMEOUT ${timeout} LABELS "${arg_LABELS}" SKIP_RETURN_CODE 77
    ENVIRONMENT "${npusim_test_environment}")
endfunction()

# GoogleTest's macros take most of the compiler's time: UBSan doubles it, and so does -O1 with ASan;
# -O2 adds a fifth to it. What is under test keeps all of its checks; the tests' own code has ASan's.
set(npusim_test_checks "")
set(npusim_test_optimization "")
if(NPUSIM_SANITIZE MATCHES "undefined")
  list(APPEND npusim_test_checks -fno-sanitize=undefined)
endif()
if(NPUSIM_SANITIZE)
  set(npusim_test_optimization -O0)
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(npusim_test_optimization -O1)
endif()

# For all tests whose own code is compiled alike.
npusim_precompile(npusim_test_headers
  HEADERS <gmock/gmock.h> <gtest/gtest.h> <algorithm> <functional> <memory> <string> <vector>
  OPTIONS ${npusim_test_checks} ${npusim_test_optimization}
  DEPENDS GTest::gmock GTest::gtest)

# What the tests with the label `threads` need: scripts/long thread builds nothing else.
add_custom_target(threaded_tests)

# npusim_add_test(NAME unit_arith SOURCES f.cpp... [DEPENDS t...] [TIMEOUT seconds] [SHARDS n]
#                 [LABELS l...] [COMPUTES])
#
# One test program and its CTest entry (n entries with SHARDS, for long programs). It fails when no
# test ran, and counts as skipped when all its tests were skipped: tests that need NPUSIM_ASSETS
# therefore have a program of their own. The kind (the name up to its first '_') is a label. The label
# `identical` marks tests of bits that must not depend on compiler or optimisation: .ci/run has
# them by g++ at -O2 and, with UBSan, by clang at -O1; `scripts/long debug` has them at -O0. The label
# `threads` marks tests of what runs in threads or processes of its own: `scripts/long thread` has
# them under TSan.
# COMPUTES: its own code does much work (a reference model), and is optimised as what is under test, or
# it asks for flags of its own.
function(npusim_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "COMPUTES" "NAME;TIMEOUT;SHARDS" "SOURCES;DEPENDS;LABELS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "npusim_add_test(${arg_NAME}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  add_executable(${arg_NAME} ${arg_SOURCES} $<TARGET_OBJECTS:npusim_test_support>)
  npusim_apply_flags(${arg_NAME})
  target_compile_options(${arg_NAME} PRIVATE ${npusim_test_checks})
  if(NOT arg_COMPUTES)
    target_compile_options(${arg_NAME} PRIVATE ${npusim_test_optimization})
    npusim_use_precompiled(${arg_NAME} npusim_test_headers)
  endif()
  set_target_properties(${arg_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/bin)
  target_include_directories(${arg_NAME} PRIVATE
    ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
  target_link_libraries(${arg_NAME} PRIVATE ${arg_DEPENDS} GTest::gmock GTest::gtest)

  if("threads" IN_LIST arg_LABELS)
    add_dependencies(threaded_tests ${arg_NAME})
  endif()
  string(REGEX MATCH "^[a-z]+" kind ${arg_NAME})
  if(NOT arg_SHARDS)
    add_test(NAME ${arg_NAME} COMMAND ${arg_NAME})
    npusim_set_test_properties(${arg_NAME} TIMEOUT ${arg_TIMEOUT} LABELS ${kind} ${arg_LABELS})
    return()
  endif()
  math(EXPR last "${arg_SHARDS} - 1")
  foreach(shard RANGE ${last})
    set(entry ${arg_NAME}_${shard})
    add_test(NAME ${entry} COMMAND ${CMAKE_COMMAND} -E env GTEST_TOTAL_SHARDS=${arg_SHARDS}
             GTEST_SHARD_INDEX=${shard} $<TARGET_FILE:${arg_NAME}>)
    npusim_set_test_properties(${entry} TIMEOUT ${arg_TIMEOUT} LABELS ${kind} ${arg_LABELS})
  endforeach()
endfunction()
