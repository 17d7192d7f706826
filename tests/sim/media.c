/* /wp/v2/media, and pictures in products. */
#include "tests/sim/product.h"
#include "tests/sim/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* ---- pictures of products ---- */

char *media_url(const struct call *c, long id) {
    const struct media *m = post_get(id, POST_MEDIA);
    char *base = call_base(c), *url = m ? xfmt("%s/wp-content/uploads/%s", base, m->file) : xdup("");

    xfree(base);
    return url;
}

/* Its own dates come out shifted twice by the zone; only the _gmt ones are right. */
static void put_date(struct sbuf *b, const char *key, int64_t t) {
    char gmt[40];

    snprintf(gmt, sizeof gmt, "%s_gmt", key);
    jw_time(b, key, wp_wall(t), false);
    jw_time(b, gmt, t, true);
}

void jw_image(struct sbuf *b, const char *key, struct call *c, long id) {
    const struct media *m = post_get(id, POST_MEDIA);
    char *url;

    if (!m)
        return;
    url = media_url(c, id);
    jw_open(b, key, '{');
    jw_int(b, "id", id);
    put_date(b, "date_created", m->created);
    put_date(b, "date_modified", m->modified);
    jw_str(b, "src", url);
    jw_str(b, "name", m->title);
    jw_str(b, "alt", m->alt);
    jw_close(b, '}');
    xfree(url);
}

static bool not_fetched(struct call *c, bool variation, char *message) {
    return fail_with(c, 400,
                     variation ? "woocommerce_variation_image_upload_error" : "woocommerce_product_image_upload_error",
                     message, NULL);
}

/* A picture the shop would have to fetch: the simulator fetches nothing. */
static bool fetch(struct call *c, const char *src, bool variation) {
    const char *host = strstr(src, "://");
    char name[100];
    size_t n;
    long port;

    if (strncmp(src, "http://", 7) && strncmp(src, "https://", 8))
        return not_fetched(
            c, variation,
            xfmt("Error getting remote image . Error: %s URL Provided.", S.wp_at < 602 ? "Invalid" : "No"));
    host += 3;
    n = strcspn(host, ":/");
    snprintf(name, sizeof name, "%.*s", (int)n, host);
    port = host[n] == ':' ? strtol(host + n + 1, NULL, 10) : strncmp(src, "https", 5) ? 80 : 443;
    if (strncmp(name, "127.", 4) && strcmp(name, "localhost"))
        return not_fetched(c, variation,
                           xfmt("Error getting remote image %s. Error: A valid URL was not provided.", src));
    return not_fetched(
        c, variation,
        xfmt("Error getting remote image %s. Error: cURL error 7: Failed to connect to %s port %ld after 0 ms: "
             "Couldn't connect to server",
             src, name, port));
}

/* An entry that names no picture: a variation loses its own, a product refuses it. */
static bool image_check(struct call *c, const cJSON *i, bool variation) {
    long id = js_id(i, "id");
    const struct media *m = post_get(id, POST_MEDIA);

    if (!id && js_has(i, "src"))
        return fetch(c, js_str(i, "src"), variation);
    if (id ? !m || strncmp(m->mime, "image/", 6) : !variation && i->child)
        return fail_with(c, 400,
                         variation ? "woocommerce_variation_invalid_image_id" : "woocommerce_product_invalid_image_id",
                         xfmt("#%ld is an invalid image ID.", id), NULL);
    return true;
}

bool images_check(struct call *c, const cJSON *list, bool variation) {
    const cJSON *i;

    if (variation)
        return !cJSON_IsObject(list) || image_check(c, list, true);
    cJSON_ArrayForEach(i, list) {
        if (!image_check(c, i, false))
            return false;
    }
    return true;
}

void images_apply(struct ids *images, const cJSON *list) {
    const cJSON *i;

    images->n = 0;
    cJSON_ArrayForEach(i, list) {
        struct media *m = post_get(js_id(i, "id"), POST_MEDIA);

        if (!m)
            continue;
        if (js_has(i, "name"))
            set_text(&m->title, js_str(i, "name"));
        if (js_has(i, "alt"))
            set_text(&m->alt, js_str(i, "alt"));
        ids_add(images, m->id);
    }
}

void product_forget_image(long id) {
    for (long i = 0; i < S.n_posts; i++) {
        if (S.posts[i].kind == POST_PRODUCT || S.posts[i].kind == POST_VARIATION)
            ids_remove(&((struct product *)S.posts[i].p)->images, id);
    }
}

/* ---- the media themselves ---- */

static void put_text(struct sbuf *b, const char *key, const char *raw, const char *rendered, bool edit) {
    jw_open(b, key, '{');
    if (edit)
        jw_str(b, "raw", raw);
    jw_str(b, "rendered", rendered);
    jw_close(b, '}');
}

static void put_class_list(struct sbuf *b, const struct media *m) {
    jw_open(b, "class_list", '[');
    sb_printf(b, "\"post-%ld\"", m->id);
    jw_str(b, NULL, "attachment");
    jw_str(b, NULL, "type-attachment");
    jw_str(b, NULL, "status-inherit");
    jw_str(b, NULL, "hentry");
    jw_close(b, ']');
}

static void put_media(struct sbuf *b, struct call *c, const struct media *m) {
    char *url = media_url(c, m->id), *base = call_base(c), *link = xfmt("%s/%s/", base, m->slug);
    char *template = xfmt("%s/?attachment_id=%ld", base, m->id), *title = text_slug(m->title);

    jw_open(b, NULL, '{');
    jw_int(b, "id", m->id);
    jw_time(b, "date", m->created, false);
    jw_time(b, "date_gmt", m->created, true);
    put_text(b, "guid", url, url, c->edit);
    jw_time(b, "modified", m->modified, false);
    jw_time(b, "modified_gmt", m->modified, true);
    jw_str(b, "slug", m->slug);
    jw_str(b, "status", "inherit");
    jw_str(b, "type", "attachment");
    jw_str(b, "link", link);
    put_text(b, "title", m->title, m->title, c->edit);
    jw_int(b, "author", 1);
    if (S.wp_at >= 605)
        jw_int(b, "featured_media", 0);
    jw_str(b, "comment_status", "open");
    jw_str(b, "ping_status", "closed");
    jw_str(b, "template", "");
    jw_raw(b, "meta", "[]");
    if (c->edit) {
        jw_str(b, "permalink_template", template);
        jw_str(b, "generated_slug", title);
    }
    if (S.wp_at >= 606)
        put_class_list(b, m);
    put_text(b, "description", "", "<p class=\"attachment\"></p>\n", c->edit);
    put_text(b, "caption", "", m->caption, c->edit);
    jw_str(b, "alt_text", m->alt);
    jw_str(b, "media_type", strncmp(m->mime, "image/", 6) ? "file" : "image");
    jw_str(b, "mime_type", m->mime);
    jw_open(b, "media_details", '{');
    jw_int(b, "filesize", (long long)m->bytes);
    jw_raw(b, "sizes", "{}");
    jw_close(b, '}');
    jw_null(b, "post");
    jw_str(b, "source_url", url);
    if (c->edit)
        jw_raw(b, "missing_image_sizes", "[]");
    jw_close(b, '}');
    xfree(url);
    xfree(base);
    xfree(link);
    xfree(template);
    xfree(title);
}

static bool logged_in(struct call *c) {
    if (c->who == WHO_APP)
        return true;
    return fail(c, 401, "rest_cannot_create", "Sorry, you are not allowed to create posts as this user.");
}

/* What the first bytes say, if it goes with the name; NULL: refused. */
static const char *mime_of(const struct call *c, const char *name) {
    static const struct {
        const char *ext, *magic, *mime;
    } known[] = {{".png", "\x89PNG", "image/png"},    {".jpg", "\xff\xd8", "image/jpeg"},
                 {".jpeg", "\xff\xd8", "image/jpeg"}, {".gif", "GIF8", "image/gif"},
                 {".webp", "RIFF", "image/webp"},     {".pdf", "%PDF", "application/pdf"}};
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot && i < sizeof known / sizeof *known; i++) {
        size_t n = strlen(known[i].magic);

        if (!strcasecmp(dot, known[i].ext) && c->raw_len >= n && !memcmp(c->raw, known[i].magic, n))
            return known[i].mime;
    }
    return NULL;
}

/* The plain filename of the header, other letters than ASCII lost. */
static char *file_name(const struct call *c) {
    const char *p = c->disposition ? strstr(c->disposition, "filename=\"") : NULL;
    struct sbuf b = {0};

    for (p = p ? p + 10 : ""; *p && *p != '"'; p++)
        sb_putc(&b, isalnum((unsigned char)*p) || strchr("._-", *p) ? *p : '-');
    return sb_take(&b);
}

static bool file_taken(const char *file) {
    for (long id = 0; id < S.n_posts; id++) {
        if (S.posts[id].kind == POST_MEDIA && !strcmp(((struct media *)S.posts[id].p)->file, file))
            return true;
    }
    return false;
}

static struct media *store(const struct call *c, const char *name, const char *mime) {
    struct media *m = xalloc(sizeof *m);
    const char *dot = strrchr(name, '.');
    char date[24], *stem = xdupn(name, (size_t)(dot - name)), *unique = xdup(stem);

    m->created = m->modified = wp_now();
    wp_format(date, m->created, false);
    m->file = xfmt("%.4s/%.2s/%s", date, date + 5, name);
    for (int i = 1; file_taken(m->file); i++) {
        set_owned(&unique, xfmt("%s-%d", stem, i));
        set_owned(&m->file, xfmt("%.4s/%.2s/%s%s", date, date + 5, unique, dot));
    }
    m->slug = text_slug(unique);
    m->title = unique;
    m->alt = xdup("");
    m->caption = strncmp(mime, "image/", 6) ? xfmt("<p>%s</p>\n", unique) : xdup("");
    m->mime = xdup(mime);
    m->bytes = c->raw_len;
    m->id = post_new(POST_MEDIA, m);
    xfree(stem);
    return m;
}

static bool create(struct call *c, const cJSON *in, struct sbuf *out, long *id) {
    const char *mime;
    struct media *m;
    char *name, number[24];

    (void)in;
    if (!logged_in(c))
        return false;
    if (!c->raw_len)
        return fail(c, 400, "rest_upload_no_data", "No data supplied.");
    if (!c->disposition)
        return fail(c, 400, "rest_upload_no_content_disposition", "No Content-Disposition supplied.");
    name = file_name(c);
    mime = mime_of(c, name);
    if (!mime) {
        xfree(name);
        return fail(c, 500, "rest_upload_sideload_error", "Sorry, you are not allowed to upload this file type.");
    }
    m = store(c, name, mime);
    xfree(name);
    *id = m->id;
    snprintf(number, sizeof number, "%ld", m->id);
    call_header(c, "X-WP-Upload-Attachment-ID", number);
    put_media(out, c, m);
    return true;
}

static struct media *own(struct call *c) {
    struct media *m = post_get(c->ids[0], POST_MEDIA);

    c->nested = true;
    if (!m)
        fail(c, 404, "rest_post_invalid_id", "Invalid post ID.");
    return m;
}

static bool get(struct call *c, struct sbuf *out) {
    const struct media *m = own(c);

    if (m)
        put_media(out, c, m);
    return m != NULL;
}

static bool update(struct call *c, const cJSON *in, struct sbuf *out) {
    struct media *m = own(c);

    if (!m || !logged_in(c))
        return false;
    if (js_has(in, "title"))
        set_text(&m->title, js_str(in, "title"));
    if (js_has(in, "alt_text"))
        set_text(&m->alt, js_str(in, "alt_text"));
    m->modified = wp_now();
    put_media(out, c, m);
    return true;
}

static bool remove_media(struct call *c, bool force, struct sbuf *out) {
    struct media *m = own(c);

    if (!m || !logged_in(c))
        return false;
    if (!force)
        return fail(c, 501, "rest_trash_not_supported",
                    "The post does not support trashing. Set 'force=true' to delete.");
    jw_open(out, NULL, '{');
    jw_bool(out, "deleted", true);
    sb_puts(out, ",\"previous\":");
    put_media(out, c, m);
    jw_close(out, '}');
    product_forget_image(m->id);
    post_drop(m->id);
    xfree(m->file);
    xfree(m->slug);
    xfree(m->title);
    xfree(m->alt);
    xfree(m->caption);
    xfree(m->mime);
    xfree(m);
    return true;
}

static bool list(struct call *c) {
    const char *search = js_str(c->params, "search");
    struct ids found = {0};
    struct page page;
    long from, to;

    c->nested = true;
    for (long id = 0; id < S.n_posts; id++) {
        const struct media *m = S.posts[id].kind == POST_MEDIA ? S.posts[id].p : NULL;

        if (m && (!*search || text_search(m->title, search) || strstr(m->file, search) || strstr(m->slug, search)))
            ids_add(&found, id);
    }
    page_read(c, &page, "date", true);
    page_reply(c, &page, found.n, false, &from, &to);
    jw_open(&c->out, NULL, '[');
    for (long i = from; i < to; i++)
        put_media(&c->out, c, post_get(found.v[page.desc ? found.n - 1 - i : i], POST_MEDIA));
    jw_close(&c->out, ']');
    ids_free(&found);
    return true;
}

static char *location(struct call *c, long id) {
    char *base = call_base(c), *url = xfmt("%s/wp-json/wp/v2/media/%ld", base, id);

    xfree(base);
    return url;
}

const struct resource media_resource = {list, get, create, update, remove_media, NULL, NULL, NULL, location, 0};
