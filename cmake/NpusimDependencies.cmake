# SPDX-License-Identifier: Apache-2.0
# Everything that comes from outside, in one place. The build includes this file, and so does the
# installed package configuration, so that a consumer finds what the libraries were built with.
#
# Targets to link: PkgConfig::SYSTEMC  Boost::headers  Boost::filesystem  yaml-cpp  fmt::fmt  nlohmann_json::nlohmann_json
#                  CLI11::CLI11  protobuf::libprotobuf  onnx  hwy::headers  PkgConfig::XXHASH
#                  PkgConfig::TURBOJPEG  PNG::PNG  ZLIB::ZLIB  PkgConfig::NETTLE  pugixml::pugixml  cereal::cereal  Threads::Threads
#                  Pagmo::pagmo
macro(npusim_find_dependencies)
  find_package(Threads REQUIRED)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc>=2.3.4)
  pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash>=0.8)
  pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg>=2.1)
  find_package(PNG REQUIRED)
  find_package(ZLIB REQUIRED)
  pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle>=3.7)
  find_package(Boost 1.74 REQUIRED COMPONENTS filesystem)
  find_package(yaml-cpp 0.7 REQUIRED)
  find_package(fmt 9 REQUIRED)
  find_package(nlohmann_json 3.11 REQUIRED)
  find_package(CLI11 2.1 REQUIRED)
  find_package(pugixml 1.12 REQUIRED)
  find_package(Pagmo 2.18 REQUIRED)
  find_package(cereal 1.3 REQUIRED)
  find_package(HWY 1.0 REQUIRED CONFIG NAMES hwy HWY)
  if(NOT TARGET hwy::headers)  # the library is not linked: sim/arith/highway_targets.cpp
    add_library(hwy::headers INTERFACE IMPORTED)
    set_target_properties(hwy::headers PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES $<TARGET_PROPERTY:hwy::hwy,INTERFACE_INCLUDE_DIRECTORIES>)
  endif()
  find_package(Protobuf 3.21 REQUIRED)  # before ONNX, whose configuration needs it
  find_package(ONNX REQUIRED CONFIG)
endmacro()

npusim_find_dependencies()
