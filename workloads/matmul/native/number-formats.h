/*
 * Numbers as matrix units have them: any number in a format and back, and 65536 of the normal distribution N(0,1) in it.
 */
#ifndef NUMBER_FORMATS_H
#define NUMBER_FORMATS_H

#include <math.h>
#include <stdint.h>

/* `bits` of fraction, of which `kept` are used; the exponent of the least normal number; the greatest number, which stands for more. */
struct format {
  int width, bits, kept, least;
  double greatest;
};

static const struct format format_fp32 = {32, 23, 23, -126, 0x1.fffffep127}, format_tf32 = {32, 23, 10, -126, 0x1.ffcp127},
                           format_fp16 = {16, 10, 10, -14, 65504}, format_bf16 = {16, 7, 7, -126, 0x1.fep127},
                           format_e4m3 = {8, 3, 3, -6, 448};

/* The nearest number of a format, ties to even. */
static inline double format_round(const struct format *f, double x) {
  int exponent = f->least;
  if (fabs(x) >= ldexp(1, f->least)) frexp(x, &exponent), exponent--;
  double step = ldexp(1, exponent - f->kept), near = nearbyint(x / step) * step;
  return fabs(near) > f->greatest ? copysign(f->greatest, x) : near;
}

/* Its bits. */
static inline uint32_t format_encode(const struct format *f, double x) {
  double near = fabs(format_round(f, x));
  int exponent = f->least - 1;
  if (near >= ldexp(1, f->least)) frexp(near, &exponent), exponent--;
  int is_normal = exponent >= f->least;
  double fraction = ldexp(near, f->bits - (is_normal ? exponent : f->least)) - (is_normal ? ldexp(1, f->bits) : 0);
  return (uint32_t)signbit(x) << (f->width - 1) | (uint32_t)(is_normal ? exponent - f->least + 1 : 0) << f->bits | (uint32_t)fraction;
}

/* What bits stand for; NaN for infinity too, which no right result is. */
static inline double format_decode(const struct format *f, uint32_t word) {
  uint32_t field = (word & ((1u << (f->width - 1)) - 1)) >> f->bits, fraction = word & ((1u << f->bits) - 1);
  if (field == (1u << (f->width - 1 - f->bits)) - 1 && (f->width > 8 || fraction == 7)) return NAN;
  double magnitude = ldexp(fraction + (field ? ldexp(1, f->bits) : 0), f->least - f->bits + (field ? (int)field - 1 : 0));
  return word >> (f->width - 1) & 1 ? -magnitude : magnitude;
}

enum { NORMALS = 65536 };

/* The middles of as many equally likely parts of N(0,1), times `scale`, from the least to the greatest: Newton's steps on erfc. */
static inline void normals_of(const struct format *f, double scale, uint32_t *words, double *values) {
  double x = 0;
  for (int i = NORMALS / 2; i < NORMALS; i++) {
    double above = (NORMALS - i - 0.5) / NORMALS;
    for (int step = 0; step < 8; step++) x += (0.5 * erfc(x * M_SQRT1_2) - above) / (exp(-x * x / 2) * 0.3989422804014327);
    words[i] = format_encode(f, x * scale), words[NORMALS - 1 - i] = format_encode(f, -x * scale);
    values[i] = format_decode(f, words[i]), values[NORMALS - 1 - i] = -values[i];
  }
}

#endif
