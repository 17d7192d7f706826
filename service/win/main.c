#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

#include "common/base/mem.h"
#include "common/os/win/wide.h"
#include "service/app/cli.h"

/* Arguments arrive as UTF-16 and go on as UTF-8; the console is told that we print UTF-8. */
int wmain(int argc, wchar_t **argv);

int wmain(int argc, wchar_t **argv) {
    (void)SetConsoleOutputCP(CP_UTF8);
    char **utf8 = mem_zalloc((size_t)argc + 1, sizeof(*utf8));
    bool ok = true;
    for (int i = 0; i < argc; i++) {
        utf8[i] = utf8_from_wide(argv[i]);
        ok = ok && utf8[i];
    }
    int code = ok ? cli_main(argc, utf8, platform()) : CLI_EXIT_USAGE;
    for (int i = 0; i < argc; i++)
        mem_free(utf8[i]);
    mem_free(utf8);
    return code;
}
