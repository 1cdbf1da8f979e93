# SPDX-License-Identifier: Apache-2.0
# `cmake --install`: libraries and headers with a package configuration, and the program's data.
include(CMakePackageConfigHelpers)

set(npusim_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/npusim)
get_property(npusim_libraries GLOBAL PROPERTY npusim_libraries)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/npusimConfig.cmake.in ${PROJECT_BINARY_DIR}/npusimConfig.cmake
  INSTALL_DESTINATION ${npusim_config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/npusimConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(EXPORT npusimTargets NAMESPACE npusim:: DESTINATION ${npusim_config_dir})
install(FILES ${PROJECT_BINARY_DIR}/npusimConfig.cmake
              ${PROJECT_BINARY_DIR}/npusimConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/NpusimDependencies.cmake
        DESTINATION ${npusim_config_dir})
install(DIRECTORY ${PROJECT_BINARY_DIR}/generated/sim
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/npusim FILES_MATCHING PATTERN "*.h")

foreach(data workloads configs)
  if(EXISTS ${PROJECT_SOURCE_DIR}/${data})
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/${data} DESTINATION ${CMAKE_INSTALL_DATADIR}/npusim)
  endif()
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
