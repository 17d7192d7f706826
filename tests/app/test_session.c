/* A link keeps to the one shop whose ids its state holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/str.h"
#include "common/secret/secret.h"
#include "service/app/session.h"
#include "tests/support/temp_folder.h"

static void state_of_service(char *out, size_t size, char *account, size_t account_size) {
    str_copy(out, size, "not installed");
    str_copy(account, account_size, "");
}

static const struct platform no_service = {.service_state = state_of_service};

static void write_settings(const char *home, const char *url) {
    char path[1024], text[1024];
    str_fmt(text, sizeof(text),
            "{\"version\":1,\"companies\":[{\"name\":\"D\",\"database\":\"/d.db\",\"links\":[{\"name\":\"shop\","
            "\"kind\":\"woocommerce\",\"url\":\"%s\"}]}]}",
            url);
    os_path_join(path, sizeof(path), home, CONF_FILE_NAME);
    assert_int_equal(os_file_replace(path, text, strlen(text), false, NULL), RC_OK);
}

/* Opens the link's state and channel with the settings as they are now; rebinds first if asked. */
static enum rc open_link(bool rebind, struct err *err) {
    struct app app;
    struct session *s = NULL;
    assert_int_equal(app_open(&app, &no_service, NULL, err), RC_OK);
    if (rebind) {
        assert_int_equal(session_open(&app, "D", "shop", SESSION_STORE | SESSION_LOCK, NULL, &s, err), RC_OK);
        assert_int_equal(session_rebind(s, err), RC_OK);
        session_close(s);
        s = NULL;
    }
    enum rc rc = session_open(&app, "D", "shop", SESSION_STORE | SESSION_CHANNEL, NULL, &s, err);
    session_close(s);
    app_close(&app);
    return rc;
}

static void a_link_does_not_follow_to_another_shop(void **state) {
    (void)state;
    char home[512];
    struct err err;
    temp_folder_make(home, sizeof(home));
    assert_int_equal(setenv("SHOPFERRY_HOME", home, 1), 0);
    assert_int_equal(secret_put(home, "D/shop/consumer_key", "ck_x", NULL), RC_OK);
    assert_int_equal(secret_put(home, "D/shop/consumer_secret", "cs_x", NULL), RC_OK);
    write_settings(home, "https://one.example");
    assert_int_equal(open_link(false, &err), RC_OK);
    assert_int_equal(open_link(false, &err), RC_OK);
    write_settings(home, "https://two.example");
    assert_int_equal(open_link(false, &err), RC_INVALID);
    assert_non_null(strstr(err.text, "https://one.example"));
    assert_non_null(strstr(err.text, "rebind"));
    assert_int_equal(open_link(false, &err), RC_INVALID); /* asking does not bind */
    assert_int_equal(open_link(true, &err), RC_OK);
    assert_int_equal(open_link(false, &err), RC_OK);
    temp_folder_remove(home);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_link_does_not_follow_to_another_shop)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
