# SPDX-License-Identifier: Apache-2.0
# Headers that many files include and that take the compiler longer than the files themselves. A file
# still includes what it needs: without precompiled headers, or where the compiler refuses them for
# other flags than theirs, the same is compiled, only slower.
option(NPUSIM_PRECOMPILED_HEADERS "Precompile the headers that many files include" OFF)

# npusim_precompile(<name> HEADERS <h>... [OPTIONS o...] [DEPENDS t...])
#
# The target that precompiles them; OPTIONS are those of the targets that will use it.
function(npusim_precompile name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;OPTIONS;DEPENDS")
  if(NOT NPUSIM_PRECOMPILED_HEADERS)
    return()
  endif()
  set(folder ${PROJECT_BINARY_DIR}/generated/precompiled)
  file(WRITE ${folder}/${name}.cpp "")
  add_library(${name} OBJECT ${folder}/${name}.cpp)
  npusim_apply_flags(${name})
  target_compile_options(${name} PRIVATE ${arg_OPTIONS})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS})
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})

  # For g++, which takes <folder>/binary/NAME.h.gch wherever the text of NAME.h is named behind it.
  list(TRANSFORM arg_HEADERS REPLACE "^(.+)$" "#include \\1\n" OUTPUT_VARIABLE lines)
  list(JOIN lines "" text)
  file(CONFIGURE OUTPUT ${folder}/text/${name}.h CONTENT "#pragma once\n${text}" @ONLY)
  file(MAKE_DIRECTORY ${folder}/binary)
  file(CREATE_LINK ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}.dir/cmake_pch.hxx.gch
       ${folder}/binary/${name}.h.gch SYMBOLIC)
endfunction()

# npusim_use_precompiled(<target> <name>)
#
# Includes the headers of <name> first in every file of the target, which depends on what <name>
# depends on. Not as CMake does it for g++: clang-tidy, which reads the same commands, would take
# g++'s file for its own; so it finds the text.
function(npusim_use_precompiled target name)
  if(NOT NPUSIM_PRECOMPILED_HEADERS)
    return()
  endif()
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_precompile_headers(${target} REUSE_FROM ${name})
    return()
  endif()
  set(folder ${PROJECT_BINARY_DIR}/generated/precompiled)
  target_compile_options(${target} PRIVATE
    "SHELL:-isystem ${folder}/binary -isystem ${folder}/text -include ${name}.h")
  add_dependencies(${target} ${name})
endfunction()
