# Compiler flags for everything we build. No third-party source is built in this tree, so they are global.

if(WIN32)
    set(SF_PLATFORM win)
else()
    set(SF_PLATFORM posix)
endif()

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

set(SF_SANITIZE "" CACHE STRING "Sanitizers, as the argument of -fsanitize=")
option(SF_FUZZER "Link fuzz targets with libFuzzer (needs clang)" OFF)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Assertions stay in: an impossible state must stop before it books an order. So no NDEBUG in any build type.
set(CMAKE_C_FLAGS_DEBUG "-O0 -g")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_C_FLAGS_RELEASE "-O2")
if(SF_SANITIZE)
    set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g")
endif()

include_directories(${PROJECT_SOURCE_DIR})

add_compile_options(-Wall -Wextra -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef
                    -Wpointer-arith -Wwrite-strings -fstack-protector-strong -fno-common)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    # gcc judges; clang only carries the fuzz targets, and its warnings are others.
    add_compile_options(-Werror)
endif()
# Every translation unit sees the list of banned functions first; see the header for how it works.
add_compile_options("SHELL:-include ${PROJECT_SOURCE_DIR}/common/base/banned.h")

add_compile_definitions(SHOPFERRY_VERSION="${PROJECT_VERSION}")
if(WIN32)
    # Windows 10 and later; the C99 printf of mingw, so that %zu, %lld and the format warnings mean the same everywhere.
    add_compile_definitions(_WIN32_WINNT=0x0A00 WINVER=0x0A00 UNICODE _UNICODE WIN32_LEAN_AND_MEAN
                            __USE_MINGW_ANSI_STDIO=1)
    add_link_options(-static -static-libgcc -fstack-protector-strong -Wl,--dynamicbase -Wl,--high-entropy-va -Wl,--nxcompat)
    if(CMAKE_BUILD_TYPE STREQUAL "Release")
        add_link_options(-s)
    endif()
    enable_language(RC)
else()
    add_compile_definitions(_GNU_SOURCE)
    add_link_options(-Wl,-z,relro,-z,now)
endif()

if(SF_SANITIZE)
    add_compile_options(-fsanitize=${SF_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${SF_SANITIZE})
    if(SF_SANITIZE MATCHES "undefined")
        add_compile_options(-fno-sanitize-recover=undefined)
    endif()
endif()
if(SF_FUZZER)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
