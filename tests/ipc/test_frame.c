/* Frames: cut anywhere, they come out whole; what lies about its size is refused before it costs anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/ipc/frame.h"
#include "common/ipc/message.h"

static void head(char out[4], uint32_t n) {
    for (int i = 0; i < 4; i++)
        out[i] = (char)(unsigned char)(n >> (8 * i));
}

static void frames_come_out_however_they_are_cut(void **state) {
    (void)state;
    struct rng rng;
    rng_seed(&rng, 1);
    for (int round = 0; round < 200; round++) {
        struct buf stream;
        buf_init(&stream, 1 << 20);
        size_t sizes[20];
        for (int i = 0; i < 20; i++) {
            sizes[i] = 2 + (size_t)rng_below(&rng, i % 5 == 0 ? 3000 : 20);
            size_t begun = ipc_frame_begin(&stream);
            for (size_t k = 0; k < sizes[i]; k++)
                buf_addc(&stream, (char)('a' + i));
            assert_int_equal(ipc_frame_end(&stream, begun, NULL), RC_OK);
        }
        struct ipc_frames f;
        ipc_frames_init(&f, 4000);
        size_t at = 0;
        int seen = 0;
        while (at < stream.len) {
            size_t piece = 1 + (size_t)rng_below(&rng, 700);
            size_t len = piece < stream.len - at ? piece : stream.len - at;
            const char *data = stream.data + at;
            at += len;
            while (len > 0) {
                assert_int_equal(ipc_frames_take(&f, &data, &len, NULL), RC_OK);
                if (!f.whole)
                    continue;
                assert_int_equal(f.body.len, sizes[seen]);
                assert_int_equal(f.body.data[0], 'a' + seen);
                seen++;
            }
            assert_int_equal(ipc_frames_begun(&f), at < stream.len ? ipc_frames_begun(&f) : 0);
        }
        assert_int_equal(seen, 20);
        ipc_frames_free(&f);
        buf_free(&stream);
    }
}

static enum rc take_head(uint32_t n, size_t max, size_t *memory) {
    char bytes[4];
    const char *data = bytes;
    size_t len = 4;
    struct ipc_frames f;
    struct err err;
    head(bytes, n);
    ipc_frames_init(&f, max);
    enum rc rc = ipc_frames_take(&f, &data, &len, &err);
    *memory = f.body.cap;
    if (rc != RC_OK) {
        /* The stream is lost for good. */
        data = "\2\0\0\0{}";
        len = 6;
        assert_int_equal(ipc_frames_take(&f, &data, &len, NULL), RC_INVALID);
        assert_false(f.whole);
    }
    ipc_frames_free(&f);
    return rc;
}

static void a_head_that_lies_costs_nothing(void **state) {
    (void)state;
    size_t memory;
    assert_int_equal(take_head(0, 1024, &memory), RC_INVALID);
    assert_int_equal(take_head(1, 1024, &memory), RC_INVALID);
    assert_int_equal(take_head(2, 1024, &memory), RC_OK);
    assert_int_equal(take_head(1024, 1024, &memory), RC_OK);
    assert_int_equal(take_head(1025, 1024, &memory), RC_TOO_BIG);
    assert_int_equal(take_head(0x80000000u, IPC_FRAME_MAX, &memory), RC_TOO_BIG);
    assert_int_equal(take_head(0xffffffffu, IPC_FRAME_MAX, &memory), RC_TOO_BIG);
    assert_int_equal(take_head(IPC_FRAME_MAX, IPC_FRAME_MAX, &memory), RC_OK);
    assert_true(memory < 4096);
}

static void the_ceiling_changes_between_frames(void **state) {
    (void)state;
    struct ipc_frames f;
    char bytes[4 + 100];
    const char *data = bytes;
    size_t len = 104;
    ipc_frames_init(&f, 100);
    memset(bytes, 'x', sizeof bytes);
    head(bytes, 100);
    assert_int_equal(ipc_frames_take(&f, &data, &len, NULL), RC_OK);
    assert_true(f.whole);
    ipc_frames_limit(&f, 99);
    assert_int_equal(f.body.len, 100); /* the whole one stays as it is */
    data = bytes;
    len = 104;
    assert_int_equal(ipc_frames_take(&f, &data, &len, NULL), RC_TOO_BIG);
    ipc_frames_free(&f);
}

static void what_does_not_fit_leaves_nothing_behind(void **state) {
    (void)state;
    struct buf out;
    buf_init(&out, 60);
    assert_int_equal(ipc_write_abandon(&out, 1, NULL), RC_OK);
    size_t before = out.len;
    struct err err;
    assert_int_equal(ipc_write_request(&out, 2, "status", "{\"text\":\"much too long for it\"}", &err), RC_TOO_BIG);
    assert_int_equal(out.len, before);
    assert_false(out.full);
    assert_int_equal(ipc_write_abandon(&out, 2, NULL), RC_OK); /* there is still room for what fits */
    buf_free(&out);
}

static void a_secret_is_wiped(void **state) {
    (void)state;
    static const char text[] = "{\"id\":1,\"op\":\"secret_set\",\"args\":{\"value\":\"very secret\"}}";
    struct ipc_message m;
    assert_int_equal(ipc_message_from_client(text, sizeof text - 1, &m, NULL), RC_OK);
    assert_string_equal(json_str(m.body, "value", ""), "very secret");
    ipc_message_wipe(&m);
    assert_null(m.root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_out_however_they_are_cut),
        cmocka_unit_test(a_head_that_lies_costs_nothing),
        cmocka_unit_test(the_ceiling_changes_between_frames),
        cmocka_unit_test(what_does_not_fit_leaves_nothing_behind),
        cmocka_unit_test(a_secret_is_wiped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
