# Finds the library microhttpd and gives the target SF::microhttpd.
find_path(microhttpd_INCLUDE_DIR NAMES microhttpd.h)
find_library(microhttpd_LIBRARY NAMES microhttpd)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(microhttpd REQUIRED_VARS microhttpd_LIBRARY microhttpd_INCLUDE_DIR)
if(microhttpd_FOUND AND NOT TARGET SF::microhttpd)
    add_library(SF::microhttpd UNKNOWN IMPORTED)
    set_target_properties(SF::microhttpd PROPERTIES IMPORTED_LOCATION ${microhttpd_LIBRARY}
                          INTERFACE_INCLUDE_DIRECTORIES ${microhttpd_INCLUDE_DIR})
endif()
mark_as_advanced(microhttpd_INCLUDE_DIR microhttpd_LIBRARY)
