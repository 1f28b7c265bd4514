/* pdq_make.c: the PDQ of a picture, bit for bit as the reference library makes it at full size.
 *
 * Every step is 32-bit float in one fixed order, and no multiplication is fused with an addition (-ffp-contract=off), so
 * that a server, a command and a browser have the same bits: two hashes of one picture differ by nothing, and the whole
 * distance is left for what happened to the picture. Source: ThreatExchange, pdq/README.md and the reference library;
 * a shrunken picture hashes differently, so nothing is shrunk before. */
#include "hash/hash.h"

#define SIDE 64 /* what a picture is averaged down to */
#define TERMS 16
#define WINDOW_MOST ((TOC_PDQ_SIDE_MAX + 127) / 128)

/* sqrt(2/64) cos(k pi/128): every factor of the cosine transform is one of these, or its negative. */
static const float cosines[SIDE] = {
	0.176776692f, 0.17672345f, 0.176563755f, 0.176297709f, 0.175925463f, 0.175447255f, 0.174863353f, 0.17417413f,
	0.173379973f, 0.172481388f, 0.171478912f, 0.170373142f, 0.169164747f, 0.167854458f, 0.16644305f, 0.164931387f,
	0.163320363f, 0.161610976f, 0.15980424f, 0.157901242f, 0.155903131f, 0.153811097f, 0.151626423f, 0.14935042f,
	0.146984443f, 0.144529939f, 0.141988367f, 0.139361277f, 0.136650234f, 0.133856878f, 0.130982891f, 0.128030002f,
	0.125f, 0.121894695f, 0.118715972f, 0.115465738f, 0.112145945f, 0.108758606f, 0.105305754f, 0.101789467f,
	0.0982118696f, 0.0945751071f, 0.0908813849f, 0.0871329084f, 0.0833319575f, 0.0794808045f, 0.0755817741f, 0.0716372207f,
	0.0676495135f, 0.0636210516f, 0.0595542751f, 0.0554516204f, 0.0513155647f, 0.0471486002f, 0.0429532342f, 0.0387319922f,
	0.0344874226f, 0.0302220769f, 0.0259385277f, 0.0216393545f, 0.0173271466f, 0.0130045004f, 0.00867402088f, 0.00433831709f,
};

static float factor(unsigned term, unsigned at)
{
	unsigned k = (term + 1) * (2 * at + 1) % 256; /* never 64 or 192: there the cosine is nothing */

	k = k > 128 ? 256 - k : k;
	return k > 64 ? -cosines[128 - k] : cosines[k];
}

static size_t window_of(size_t side)
{
	return (side + 127) / 128;
}

size_t toc_pdq_scratch(size_t rows, size_t cols)
{
	if (rows > TOC_PDQ_SIDE_MAX || cols > TOC_PDQ_SIDE_MAX)
		return 0;
	/* the picture, the originals that a window still holds, and its running sums */
	return rows * cols + WINDOW_MOST * (cols > rows ? cols : rows) + cols;
}

/* One line after the other, each the same number of floats; the average of a window that slides over them takes the place of
 * each. All of a line together: the order within one place of it is what matters, and it stays. */
struct blur {
	float *lines, *kept, *sums;
	size_t n, each; /* lines, and floats of one */
};

static void take(const struct blur *b, size_t line, size_t window)
{
	const float *from = b->lines + line * b->each;
	float *keep = b->kept + line % window * b->each;

	for (size_t i = 0; i < b->each; i++) {
		keep[i] = from[i];
		b->sums[i] += from[i];
	}
}

static void leave(const struct blur *b, size_t line, size_t window)
{
	const float *kept = b->kept + line % window * b->each;

	for (size_t i = 0; i < b->each; i++)
		b->sums[i] -= kept[i];
}

static void put(const struct blur *b, size_t line, size_t count)
{
	float *to = b->lines + line * b->each;

	for (size_t i = 0; i < b->each; i++)
		to[i] = b->sums[i] / (float)count;
}

/* What leaves is kept apart, since its place is written before it leaves; what enters takes its place there, so the window
 * is one longer there. */
static void blur(const struct blur *b, size_t window)
{
	const size_t half = (window + 2) / 2, ring = window + 1;
	size_t in = 0, out = 0, left = 0;

	for (size_t i = 0; i < b->each; i++)
		b->sums[i] = 0;
	while (in < half - 1)
		take(b, in++, ring);
	for (size_t i = 0; i < window - half + 1; i++) {
		take(b, in++, ring);
		put(b, out++, in);
	}
	while (in < b->n) {
		take(b, in++, ring);
		leave(b, left++, ring);
		put(b, out++, window);
	}
	while (out < b->n) {
		leave(b, left++, ring);
		put(b, out++, b->n - left);
	}
}

/* Blur along rows: the same with lines of one float, a row at a time. */
static void blur_rows(float *picture, size_t rows, size_t cols, float *kept)
{
	float sum;

	for (size_t i = 0; i < rows; i++)
		blur(&(struct blur){ picture + i * cols, kept, &sum, cols, 1 }, window_of(cols));
}

static void blur_cols(float *picture, size_t rows, size_t cols, float *kept, float *sums)
{
	blur(&(struct blur){ picture, kept, sums, rows, cols }, window_of(rows));
}

static void average_down(float *picture, size_t rows, size_t cols, float *kept, float *sums, float ret[SIDE][SIDE])
{
	if (rows != SIDE || cols != SIDE)
		for (int pass = 0; pass < 2; pass++) {
			blur_rows(picture, rows, cols, kept);
			blur_cols(picture, rows, cols, kept, sums);
		}
	for (size_t i = 0; i < SIDE; i++)
		for (size_t j = 0; j < SIDE; j++)
			ret[i][j] = picture[(2 * i + 1) * rows / (2 * SIDE) * cols + (2 * j + 1) * cols / (2 * SIDE)];
}

static unsigned step_between(float x, float y)
{
	int d = (int)((x - y) * 100 / 255);

	return (unsigned)(d < 0 ? -d : d);
}

/* How much there is in it to tell it from others by: 0 to 100. */
static unsigned quality_of(float small[SIDE][SIDE])
{
	unsigned sum = 0;

	for (unsigned i = 0; i < SIDE; i++)
		for (unsigned j = 0; j < SIDE; j++) {
			sum += i + 1 < SIDE ? step_between(small[i][j], small[i + 1][j]) : 0;
			sum += j + 1 < SIDE ? step_between(small[i][j], small[i][j + 1]) : 0;
		}
	return sum / 90 > 100 ? 100 : sum / 90;
}

static void transform(float small[SIDE][SIDE], float ret[TOC_PDQ_BITS])
{
	float half[TERMS][SIDE];

	for (unsigned i = 0; i < TERMS; i++)
		for (unsigned j = 0; j < SIDE; j++) {
			half[i][j] = 0;
			for (unsigned k = 0; k < SIDE; k++)
				half[i][j] += factor(i, k) * small[k][j];
		}
	for (unsigned i = 0; i < TERMS; i++)
		for (unsigned j = 0; j < TERMS; j++) {
			float sum = 0;
			for (unsigned k = 0; k < SIDE; k++)
				sum += half[i][k] * factor(j, k);
			ret[i * TERMS + j] = sum;
		}
}

/* The lower median: as many are not above it as are above, when no two are alike. */
static float median_of(const float terms[TOC_PDQ_BITS])
{
	for (unsigned i = 0; i < TOC_PDQ_BITS; i++) {
		unsigned below = 0, alike = 0;
		for (unsigned j = 0; j < TOC_PDQ_BITS; j++) {
			below += terms[j] < terms[i];
			alike += terms[j] == terms[i];
		}
		if (below < TOC_PDQ_BITS / 2 && below + alike >= TOC_PDQ_BITS / 2)
			return terms[i];
	}
	return 0; /* not reached with numbers, and 8-bit pixels give only such */
}

unsigned toc_pdq_make(const uint8_t *pixels, size_t rows, size_t cols, unsigned step, float *scratch,
		      uint8_t ret[TOC_PDQ_BYTES])
{
	float *kept = scratch + rows * cols, *sums = kept + WINDOW_MOST * (cols > rows ? cols : rows);
	float small[SIDE][SIDE], terms[TOC_PDQ_BITS];

	for (unsigned i = 0; i < TOC_PDQ_BYTES; i++)
		ret[i] = 0;
	if (rows < TOC_PDQ_SIDE_LEAST || cols < TOC_PDQ_SIDE_LEAST)
		return 0;
	for (size_t i = 0; i < rows * cols; i++, pixels += step)
		scratch[i] = step == 1 ? (float)pixels[0] :
					 0.299f * (float)pixels[0] + 0.587f * (float)pixels[1] + 0.114f * (float)pixels[2];
	average_down(scratch, rows, cols, kept, sums, small);
	transform(small, terms);
	float median = median_of(terms);
	for (unsigned i = 0; i < TOC_PDQ_BITS; i++)
		if (terms[i] > median)
			ret[TOC_PDQ_BYTES - 1 - i / 8] |= (uint8_t)(1u << i % 8);
	return quality_of(small);
}
