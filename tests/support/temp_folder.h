/* A folder of a test's own, under the system's place for temporary files. */
#ifndef TESTS_SUPPORT_TEMP_FOLDER_H
#define TESTS_SUPPORT_TEMP_FOLDER_H

#include <stddef.h>

/* Makes a new empty folder and writes its path; aborts the test when that fails. */
void temp_folder_make(char *out, size_t size);
/* Removes the folder and the files in it. */
void temp_folder_remove(const char *path);

#endif
