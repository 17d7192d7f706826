# Finds the library cjson and gives the target SF::cjson.
find_path(cJSON_INCLUDE_DIR NAMES cJSON.h PATH_SUFFIXES cjson)
find_library(cJSON_LIBRARY NAMES cjson)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(cJSON REQUIRED_VARS cJSON_LIBRARY cJSON_INCLUDE_DIR)
if(cJSON_FOUND AND NOT TARGET SF::cjson)
    add_library(SF::cjson UNKNOWN IMPORTED)
    set_target_properties(SF::cjson PROPERTIES IMPORTED_LOCATION ${cJSON_LIBRARY}
                          INTERFACE_INCLUDE_DIRECTORIES ${cJSON_INCLUDE_DIR})
endif()
mark_as_advanced(cJSON_INCLUDE_DIR cJSON_LIBRARY)
