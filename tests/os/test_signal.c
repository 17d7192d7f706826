/* What only POSIX has: a stop set inside a signal handler, file modes, and another process that dies. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/os/os.h"
#include "tests/support/temp_folder.h"

static struct stop *stop;

static void on_alarm(int signal_number) {
    (void)signal_number;
    stop_set(stop);
}

static void a_signal_handler_may_set_stop(void **state) {
    (void)state;
    struct sigaction action = {.sa_handler = on_alarm};
    stop = stop_new();
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    struct itimerval in_50_ms = {.it_value = {.tv_usec = 50000}};
    assert_int_equal(setitimer(ITIMER_REAL, &in_50_ms, NULL), 0);
    int64_t start = clock_monotonic_us(os_clock());
    assert_true(os_wait(stop, 60000));
    assert_true(clock_monotonic_us(os_clock()) - start < 30000000);
    stop_free(stop);
}

static void a_lock_ends_with_its_process(void **state) {
    (void)state;
    char folder[1024];
    char path[2048];
    int ready[2];
    char byte = 0;
    temp_folder_make(folder, sizeof(folder));
    os_path_join(path, sizeof(path), folder, "lock");
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct os_lock *lock = NULL;
        byte = os_lock_take(path, &lock, NULL) == RC_OK ? 'y' : 'n';
        if (write(ready[1], &byte, 1) == 1) {
            (void)os_wait(NULL, 60000);
        }
        os_die_now(9);
    }
    struct os_lock *lock = NULL;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    assert_int_equal(os_lock_take(path, &lock, NULL), RC_CONFLICT);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(os_lock_take(path, &lock, NULL), RC_OK);
    os_lock_release(lock);
    (void)close(ready[0]);
    (void)close(ready[1]);
    temp_folder_remove(folder);
}

static void dying_flushes_nothing(void **state) {
    (void)state;
    char folder[1024];
    char path[2048];
    int status = 0;
    temp_folder_make(folder, sizeof(folder));
    os_path_join(path, sizeof(path), folder, "out");
    pid_t child = fork();
    if (child == 0) {
        FILE *f = os_open_write(path, NULL);
        (void)fputs("never seen", f);
        os_die_now(77);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 77);
    assert_int_equal(os_file_size(path), 0);
    temp_folder_remove(folder);
}

static void modes(void **state) {
    (void)state;
    char folder[1024];
    char path[2048];
    struct stat st;
    temp_folder_make(folder, sizeof(folder));
    os_path_join(path, sizeof(path), folder, "file");
    mode_t old = umask(022);
    assert_int_equal(os_file_replace(path, "x", 1, false, NULL), RC_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    assert_int_equal(os_file_replace(path, "x", 1, true, NULL), RC_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(os_folder_protect(folder, NULL, NULL), RC_OK);
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    (void)umask(old);
    temp_folder_remove(folder);
}

static void the_home_folder_decides(void **state) {
    (void)state;
    char out[512];
    struct err err;
    assert_int_equal(setenv("SHOPFERRY_HOME", "/srv/own", 1), 0);
    assert_int_equal(os_data_folder(out, sizeof(out), &err), RC_OK);
    assert_string_equal(out, "/srv/own");
    assert_int_equal(unsetenv("SHOPFERRY_HOME"), 0);
    assert_int_equal(setenv("XDG_DATA_HOME", "/data", 1), 0);
    assert_int_equal(os_data_folder(out, sizeof(out), &err), RC_OK);
    assert_string_equal(out, "/data/shopferry");
    assert_int_equal(setenv("XDG_DATA_HOME", "relative", 1), 0);
    assert_int_equal(setenv("HOME", "/home/ala", 1), 0);
    assert_int_equal(os_data_folder(out, sizeof(out), &err), RC_OK);
    assert_string_equal(out, "/home/ala/.local/share/shopferry");
    assert_int_equal(unsetenv("HOME"), 0);
    assert_int_equal(os_data_folder(out, sizeof(out), &err), RC_NOT_FOUND);
}

static void offsets_follow_the_zone_of_that_day(void **state) {
    (void)state;
    const int64_t winter = 1768478400000LL; /* 2026-01-15T12:00:00Z */
    const int64_t summer = 1784116800000LL; /* 2026-07-15T12:00:00Z */
    assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
    tzset();
    assert_int_equal(os_zone_offset_minutes(winter), 60);
    assert_int_equal(os_zone_offset_minutes(summer), 120);
    assert_int_equal(os_zone_offset_minutes(1774745999999LL), 60);  /* the last millisecond before 2026-03-29T01:00Z */
    assert_int_equal(os_zone_offset_minutes(1774746000000LL), 120); /* and the first of summer time */
    assert_int_equal(os_zone_offset_minutes(-1), 60);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_handler_may_set_stop), cmocka_unit_test(a_lock_ends_with_its_process),
        cmocka_unit_test(dying_flushes_nothing),         cmocka_unit_test(modes),
        cmocka_unit_test(the_home_folder_decides),       cmocka_unit_test(offsets_follow_the_zone_of_that_day)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
