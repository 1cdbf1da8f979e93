# SPDX-License-Identifier: Apache-2.0
# Files that become part of a library when it is built.

# npusim_embed(<target> NAMESPACE npusim::report FUNCTION chart_js FILES f...)
#
# Defines `std::string_view FUNCTION()` in NAMESPACE: the files' bytes, one after the other. A header
# of the target declares it.
function(npusim_embed target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "NAMESPACE;FUNCTION" "FILES")
  string(REPLACE "::" "_" symbol "${arg_NAMESPACE}_${arg_FUNCTION}")
  set(incbin "")
  foreach(file IN LISTS arg_FILES)
    cmake_path(ABSOLUTE_PATH file)
    string(APPEND incbin ".incbin \\\"${file}\\\"\\n")
    list(APPEND files ${file})
  endforeach()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${arg_FUNCTION}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT [=[
#include <string_view>
asm(".section .rodata\n.global @symbol@_begin\n.global @symbol@_end\n"
    "@symbol@_begin:\n@incbin@@symbol@_end:\n.byte 0\n.previous\n");
extern "C" const char @symbol@_begin[], @symbol@_end[];
namespace @arg_NAMESPACE@ {
std::string_view @arg_FUNCTION@() {
  return {@symbol@_begin, static_cast<std::size_t>(@symbol@_end - @symbol@_begin)};
}
}  // namespace @arg_NAMESPACE@
]=] @ONLY)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${files}")
  target_sources(${target} PRIVATE ${source})
endfunction()
