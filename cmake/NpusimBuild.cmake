# SPDX-License-Identifier: Apache-2.0
# How the project's own code is compiled, and the functions that make its targets.
include(GNUInstallDirs)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

# The packaged SystemC library links with C++17 only (its version symbol carries the standard).
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
find_program(NPUSIM_CCACHE ccache)
if(NPUSIM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${NPUSIM_CCACHE})
endif()
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
# Kernel files ask for -O3 themselves; nothing else gains from it.
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
set(NPUSIM_KERNEL_OPTIONS -O3 CACHE STRING "Options of the files of SIMD kernels")

# npusim_set_kernel_options(f.cpp...)
#
# For the sources of SIMD kernels: NPUSIM_KERNEL_OPTIONS, and SSE4.2 as the least that an x86
# processor must have, because without it the lowest target would be Highway's scalar one, which
# cannot add pairs. Better ones are chosen at run time.
function(npusim_set_kernel_options)
  set_source_files_properties(${ARGV} PROPERTIES COMPILE_OPTIONS
    "${NPUSIM_KERNEL_OPTIONS};$<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-march=x86-64-v2>")
endfunction()

# Flags of the project's own targets; never inherited by who links them.
function(npusim_apply_flags target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -ffp-contract=off)
  if(NPUSIM_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(NPUSIM_SANITIZE)
    list(JOIN NPUSIM_SANITIZE "," sanitizers)
    set(flags -fsanitize=${sanitizers} -fno-sanitize-recover=all)
    # g++ 12 sees uninitialized values inside <regex> and <functional> once it instruments them.
    target_compile_options(${target} PRIVATE ${flags} -fno-omit-frame-pointer
      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    target_link_options(${target} PUBLIC ${flags})
  endif()
  if(NPUSIM_COVERAGE)
    target_compile_options(${target} PRIVATE --coverage)
    target_link_options(${target} PUBLIC --coverage)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "EXECUTABLE")
      target_link_options(${target} PRIVATE LINKER:--wrap=_exit)
      target_link_libraries(${target} PRIVATE npusim_coverage_exit)
    endif()
  endif()
endfunction()

if(NPUSIM_COVERAGE)
  add_library(npusim_coverage_exit OBJECT ${PROJECT_SOURCE_DIR}/tests/support/coverage_exit.cpp)
endif()

# Headers take the compiler longer than what it makes of them. A name in an unnamed namespace must
# therefore be unique within its folder.
option(NPUSIM_UNITY_BUILD "Compile each library as one translation unit" OFF)

# npusim_add_library(<leaf> SOURCES f.cpp... [DEPENDS t...] [PRIVATE_DEPENDS t...] [LIGHT])
#
# The static library npusim_<leaf>, alias npusim::<leaf>, of the folder that calls it. Includes are
# rooted at the repository. DEPENDS appear in the headers, PRIVATE_DEPENDS in the sources only. All
# headers of the folder are installed. A library without sources is an interface library. LIGHT: its
# code computes little and includes much (templates of CLI11, JSON, ONNX), so that it is
# optimised less: -O1 takes a fifth less time to compile than -O2, a sanitizer build half of the time
# without optimisation, and the tests take no longer.
function(npusim_add_library leaf)
  cmake_parse_arguments(PARSE_ARGV 1 arg "LIGHT" "" "SOURCES;HEADERS;DEPENDS;PRIVATE_DEPENDS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "npusim_add_library(${leaf}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(target npusim_${leaf})
  if(arg_SOURCES)
    set(scope PUBLIC)
    add_library(${target} STATIC ${arg_SOURCES} ${arg_HEADERS})
    npusim_apply_flags(${target})
    if(arg_LIGHT)
      target_compile_options(${target} PRIVATE $<IF:$<BOOL:${NPUSIM_SANITIZE}>,-O0,$<$<CONFIG:Release>:-O1>>)
    endif()
    target_link_libraries(${target} PUBLIC ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS})
  else()
    set(scope INTERFACE)
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${arg_DEPENDS})
  endif()
  add_library(npusim::${leaf} ALIAS ${target})
  # g++ takes a source that is included for a header, whose types had better have linkage.
  if(NPUSIM_UNITY_BUILD AND arg_SOURCES)
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${leaf}
    UNITY_BUILD ${NPUSIM_UNITY_BUILD} UNITY_BUILD_BATCH_SIZE 0)
  target_compile_features(${target} ${scope} cxx_std_17)
  target_include_directories(${target} ${scope}
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/npusim>)

  set_property(GLOBAL APPEND PROPERTY npusim_libraries npusim::${leaf})
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  install(TARGETS ${target} EXPORT npusimTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/npusim/${folder} FILES_MATCHING PATTERN "*.h")
endfunction()

# npusim_keep_object(<folder/f.cpp>)
#
# This source of a library is no part of its unit, so that a test can link another definition of what it defines.
function(npusim_keep_object source)
  cmake_path(GET source PARENT_PATH folder)
  cmake_path(GET folder FILENAME leaf)
  if(TARGET npusim_${leaf})
    set_source_files_properties(${PROJECT_SOURCE_DIR}/${source} TARGET_DIRECTORY npusim_${leaf}
      PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endfunction()

# npusim_add_program(<name> SOURCES f.cpp... [DEPENDS t...] [INSTALL])
#
# An executable in <build>/bin; with INSTALL it is installed into bin.
function(npusim_add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "INSTALL" "" "SOURCES;DEPENDS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "npusim_add_program(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  add_executable(${name} ${arg_SOURCES})
  npusim_apply_flags(${name})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS})
  if(arg_INSTALL)
    install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endfunction()
