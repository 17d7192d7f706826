#include "common/os/os.h"

#include <stdlib.h>

#include "common/base/str.h"
#include "common/os/common.h"

const char os_common_separators[] = "/";

enum rc os_data_folder(char *out, size_t size, struct err *err) {
    char value[OS_PATH_SIZE];
    if (os_getenv("SHOPFERRY_HOME", value, sizeof(value)) && value[0] != '\0') {
        return os_common_folder(out, size, value, NULL, err);
    }
    /* The XDG base directory specification: a relative path in this variable is to be ignored. */
    if (os_getenv("XDG_DATA_HOME", value, sizeof(value)) && value[0] == '/') {
        return os_common_folder(out, size, value, "shopferry", err);
    }
    if (os_getenv("HOME", value, sizeof(value)) && value[0] != '\0') {
        return os_common_folder(out, size, value, ".local/share/shopferry", err);
    }
    return err_set(err, RC_NOT_FOUND, REACH_SERVICE,
                   "This account has no home folder. Set SHOPFERRY_HOME to the folder Shopferry may keep its data in.");
}

enum rc os_account_folder(char *out, size_t size, struct err *err) {
    return os_data_folder(out, size, err);
}
