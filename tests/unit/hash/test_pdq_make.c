/* test_pdq_make.c: the PDQ of a picture is, bit for bit, the one that the reference library makes of it: of five pictures here, and
 * of all where its tables are to be had (TOCSIN_PDQ_VECTORS). */
#include "check.h"

#include "hash/hash.h"

struct picture {
	unsigned rows, cols, step;
	uint8_t *pixels;
};

/* PNM, 8 bits a channel: no decoder in between. */
static bool read_picture(const char *path, struct picture *ret)
{
	FILE *f = fopen(path, "rb");
	char kind[3] = "";
	bool ok = f && fscanf(f, "%2s %u %u %*u", kind, &ret->cols, &ret->rows) == 3 && ret->rows <= 4096 && ret->cols <= 4096;

	if (ok) {
		ret->step = kind[1] == '5' ? 1 : 3;
		size_t n = (size_t)ret->rows * ret->cols;
		ret->pixels = malloc(n * ret->step);
		fgetc(f);
		ok = fread(ret->pixels, ret->step, n, f) == n;
	}
	if (f)
		fclose(f);
	return ok;
}

static unsigned make(const struct picture *p, uint8_t ret[TOC_PDQ_BYTES])
{
	float *scratch = malloc(toc_pdq_scratch(p->rows, p->cols) * sizeof *scratch);
	unsigned quality = toc_pdq_make(p->pixels, p->rows, p->cols, p->step, scratch, ret);

	free(scratch);
	return quality;
}

static void check(const char *path, const char *hash, unsigned quality)
{
	struct picture p = { 0 };
	uint8_t want[TOC_PDQ_BYTES], got[TOC_PDQ_BYTES];

	CHECK_INT(toc_hash_parse(hash, strlen(hash), want, sizeof want), 0);
	if (!read_picture(path, &p)) {
		CHECK(!"the picture can be read");
		return;
	}
	unsigned is = make(&p, got);
	if (memcmp(got, want, sizeof got) != 0 || is != quality) {
		check_bad++;
		printf("  %s: %u bits and a quality of %u instead of %u away\n", path, toc_pdq_distance(got, want), is, quality);
	}
	free(p.pixels);
}

CASE(the_bits_are_those_of_the_reference)
{
	FILE *f = fopen(TOC_SOURCE_DIR "/tests/unit/hash/pictures/expected.tsv", "r");
	char line[512], path[1024], file[64], hash[65];
	unsigned quality, n = 0;

	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "%63[^\t#]\t%64[0-9a-f]\t%u", file, hash, &quality) == 3) {
			snprintf(path, sizeof path, TOC_SOURCE_DIR "/tests/unit/hash/pictures/%s", file);
			check(path, hash, quality);
			n++;
		}
	if (f)
		fclose(f);
	CHECK_INT(n, 5);
}

CASE(the_bits_of_all_its_pictures_are_those_of_the_reference)
{
	const char *dir = getenv("TOCSIN_PDQ_VECTORS");
	char line[4096], path[4096 + 256], file[128], hash[65];
	unsigned quality, n = 0;

	snprintf(path, sizeof path, "%s/generated/expected.tsv", dir ? dir : "");
	FILE *f = dir ? fopen(path, "r") : NULL;
	if (!f) {
		printf("  skipped: TOCSIN_PDQ_VECTORS names no directory with reference pictures\n");
		return;
	}
	while (fgets(line, sizeof line, f))
		if (sscanf(line, "raw/%127[^\t]\t%*s\t%*s\t%*s\t%*s\t%64[0-9a-f]\t%u", file, hash, &quality) == 3) {
			snprintf(path, sizeof path, "%s/generated/raw/%s", dir, file);
			check(path, hash, quality);
			n++;
		}
	fclose(f);
	CHECK(n >= 20);
}

CASE(a_fourth_byte_of_a_pixel_is_not_looked_at)
{
	struct picture p = { 0 }, q;
	uint8_t one[TOC_PDQ_BYTES], other[TOC_PDQ_BYTES];

	if (!read_picture(TOC_SOURCE_DIR "/tests/unit/hash/pictures/photo-63x65-4.ppm", &p)) {
		CHECK(!"the picture can be read");
		return;
	}
	q = p;
	q.step = 4;
	q.pixels = malloc((size_t)q.rows * q.cols * 4);
	for (size_t i = 0; i < (size_t)q.rows * q.cols; i++) {
		memcpy(q.pixels + 4 * i, p.pixels + 3 * i, 3);
		q.pixels[4 * i + 3] = (uint8_t)(i * 37);
	}
	CHECK_INT(make(&p, one), make(&q, other));
	CHECK(memcmp(one, other, sizeof one) == 0);
	free(p.pixels);
	free(q.pixels);
}

CASE(what_is_too_small_has_the_hash_of_nothing_and_what_is_too_large_none)
{
	static uint8_t pixels[4 * 100 * 3];
	uint8_t hash[TOC_PDQ_BYTES], none[TOC_PDQ_BYTES] = { 0 };
	const struct picture flat = { 4, 100, 3, pixels };

	memset(pixels, 200, sizeof pixels);
	CHECK_INT(make(&flat, hash), 0);
	CHECK(memcmp(hash, none, sizeof hash) == 0 && !toc_pdq_is_fit(hash, 0));
	CHECK_INT(toc_pdq_scratch(TOC_PDQ_SIDE_MAX + 1, 10), 0);
	CHECK_INT(toc_pdq_scratch(10, TOC_PDQ_SIDE_MAX + 1), 0);
	CHECK(toc_pdq_scratch(TOC_PDQ_SIDE_MAX, TOC_PDQ_SIDE_MAX) > (size_t)TOC_PDQ_SIDE_MAX * TOC_PDQ_SIDE_MAX);
}

RUN_CASES()
