# cmake -DOUT=file.c -DFILES="a.sql;b.sql" -P embed.cmake: the files as C arrays, with a table of their names.
set(text "/* Made from the files of service/erp/profiles. */\n#include \"service/erp/sql/profile.h\"\n\n#include <string.h>\n\n")
set(table "")
foreach(file IN LISTS FILES)
    cmake_path(GET file FILENAME name)
    string(MAKE_C_IDENTIFIER ${name} id)
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
    string(APPEND text "static const unsigned char ${id}[] = {\n${bytes}0};\n")
    string(APPEND table "    {\"${name}\", ${id}, sizeof ${id} - 1},\n")
endforeach()
string(APPEND text "\nstatic const struct {\n    const char *name;\n    const unsigned char *data;\n    size_t len;\n} FILES[] = {\n${table}};\n
const char *profile_builtin(const char *file, size_t *len) {
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        if (strcmp(FILES[i].name, file) == 0) {
            *len = FILES[i].len;
            return (const char *)FILES[i].data;
        }
    }
    return NULL;
}\n")
file(WRITE ${OUT} "${text}")
