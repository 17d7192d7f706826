# Finds the library cmocka and gives the target SF::cmocka.
find_path(cmocka_INCLUDE_DIR NAMES cmocka.h)
find_library(cmocka_LIBRARY NAMES cmocka)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(cmocka REQUIRED_VARS cmocka_LIBRARY cmocka_INCLUDE_DIR)
if(cmocka_FOUND AND NOT TARGET SF::cmocka)
    add_library(SF::cmocka UNKNOWN IMPORTED)
    set_target_properties(SF::cmocka PROPERTIES IMPORTED_LOCATION ${cmocka_LIBRARY}
                          INTERFACE_INCLUDE_DIRECTORIES ${cmocka_INCLUDE_DIR})
endif()
mark_as_advanced(cmocka_INCLUDE_DIR cmocka_LIBRARY)
