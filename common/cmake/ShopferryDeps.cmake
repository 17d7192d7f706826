# Every library we use, under one name each. Link these names, never a -l flag.
#   SF::curl SF::sqlite SF::cjson SF::xxhash SF::threads SF::cmocka SF::crypto, and SF::microhttpd on a native build.

find_package(CURL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(cJSON REQUIRED MODULE)
find_package(xxHash REQUIRED MODULE)
find_package(cmocka REQUIRED MODULE)
find_package(Threads REQUIRED)

add_library(sf_dep_curl INTERFACE)
target_link_libraries(sf_dep_curl INTERFACE CURL::libcurl)
if(WIN32)
    # A static libcurl with Schannel needs these; FindCURL cannot know them.
    target_compile_definitions(sf_dep_curl INTERFACE CURL_STATICLIB)
    target_link_libraries(sf_dep_curl INTERFACE ws2_32 crypt32 bcrypt advapi32 normaliz)
endif()
add_library(SF::curl ALIAS sf_dep_curl)

add_library(sf_dep_sqlite INTERFACE)
target_link_libraries(sf_dep_sqlite INTERFACE SQLite::SQLite3)
add_library(SF::sqlite ALIAS sf_dep_sqlite)

add_library(sf_dep_threads INTERFACE)
if(NOT WIN32)
    target_link_libraries(sf_dep_threads INTERFACE Threads::Threads)
endif()
add_library(SF::threads ALIAS sf_dep_threads)

# SHA-256, HMAC and random bytes: OpenSSL here, the system's own on Windows.
add_library(sf_dep_crypto INTERFACE)
if(WIN32)
    target_link_libraries(sf_dep_crypto INTERFACE bcrypt)
else()
    find_package(OpenSSL REQUIRED)
    target_link_libraries(sf_dep_crypto INTERFACE OpenSSL::Crypto)
endif()
add_library(SF::crypto ALIAS sf_dep_crypto)

if(NOT WIN32)
    find_package(microhttpd REQUIRED MODULE)
endif()
