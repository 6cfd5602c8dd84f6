/* The cards for RDMA of this node by their places on the bus, each with what its first port says, and what that has counted. */
#ifndef ASSAY_RDMA_CARDS_H
#define ASSAY_RDMA_CARDS_H

#define COUNT_OF(list) (sizeof(list) / sizeof *(list))
enum { CARDS_AT_MOST = 64 };
static const char *const kept_counters[] = {"port_xmit_data", "port_rcv_data", "link_downed", "excessive_buffer_overrun_errors", "symbol_error"};
static const char *const kept_packets[] = {"sent_pkts", "rcvd_pkts"};

static struct card { char name[64], address[PATH_MAX], layer[16], state[32], rate[64]; int gid; char gid_type[24]; } cards[CARDS_AT_MOST];
static int card_count;

/* The first line of a file below a card, without its end; an empty text where there is none. */
static void read_line(const char *card, const char *file, char *line, size_t room) {
  char path[PATH_MAX];
  line[0] = 0;
  snprintf(path, sizeof path, "/sys/class/infiniband/%s/%s", card, file);
  FILE *stream = fopen(path, "re");
  if (!stream) return;
  if (!fgets(line, (int)room, stream)) line[0] = 0;
  fclose(stream);
  line[strcspn(line, "\n")] = 0;
}

/* What RoCE has to be told: an address of version 2, by IPv4 where there is one (gid_attrs/types; ::ffff:a.b.c.d). */
static void choose_gid(struct card *card) {
  card->gid = -1;
  int is_ipv4 = 0;
  for (int index = 0; index < 256 && !is_ipv4; index++) {
    char file[64], type[24], gid[64];
    snprintf(file, sizeof file, "ports/1/gid_attrs/types/%d", index);
    read_line(card->name, file, type, sizeof type);
    snprintf(file, sizeof file, "ports/1/gids/%d", index);
    read_line(card->name, file, gid, sizeof gid);
    if (gid[0] == 0 || strcmp(gid, "0000:0000:0000:0000:0000:0000:0000:0000") == 0) continue;
    if (strcmp(type, "RoCE v2") != 0 && card->gid >= 0) continue;
    is_ipv4 = strcmp(type, "RoCE v2") == 0 && strncmp(gid, "0000:0000:0000:0000:0000:ffff:", 30) == 0;
    if (card->gid >= 0 && !is_ipv4 && strcmp(card->gid_type, "RoCE v2") == 0) continue;
    card->gid = index;
    snprintf(card->gid_type, sizeof card->gid_type, "%s", type);
  }
}

static int by_address(const void *a, const void *b) { return strcmp(((const struct card *)a)->address, ((const struct card *)b)->address); }

static int is_named(const char *list, const char *name) {
  size_t length = strlen(name);
  for (const char *at = list; *at; at += *at == ',') {
    size_t own = strcspn(at, ",");
    if (own == length && strncmp(at, name, length) == 0) return 1;
    at += own;
  }
  return 0;
}

/* All cards that are named; of `-` those of InfiniBand, or of Ethernet where there is no other. In the order of the bus. */
static void find_cards(const char *names) {
  DIR *folder = opendir("/sys/class/infiniband");
  int is_infiniband = 0;
  for (struct dirent *entry; folder && (entry = readdir(folder)) && card_count < CARDS_AT_MOST;) {
    struct card *card = &cards[card_count];
    char path[PATH_MAX], target[PATH_MAX];
    if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof card->name) continue;
    if (strcmp(names, "-") != 0 && !is_named(names, entry->d_name)) continue;
    memset(card, 0, sizeof *card);
    strcpy(card->name, entry->d_name);
    snprintf(path, sizeof path, "/sys/class/infiniband/%s/device", card->name);
    const char *last = realpath(path, target) ? strrchr(target, '/') : NULL;
    snprintf(card->address, sizeof card->address, "%s", last ? last + 1 : card->name);
    read_line(card->name, "ports/1/link_layer", card->layer, sizeof card->layer);
    read_line(card->name, "ports/1/state", card->state, sizeof card->state);
    read_line(card->name, "ports/1/rate", card->rate, sizeof card->rate);
    is_infiniband |= strcmp(card->layer, "InfiniBand") == 0;
    card_count++;
  }
  if (folder) closedir(folder);
  if (is_infiniband && strcmp(names, "-") == 0) {
    int left = 0;
    for (int i = 0; i < card_count; i++)
      if (strcmp(cards[i].layer, "InfiniBand") == 0) cards[left++] = cards[i];
    card_count = left;
  }
  qsort(cards, (size_t)card_count, sizeof *cards, by_address);
  for (int i = 0; i < card_count; i++)
    if (strcmp(cards[i].layer, "Ethernet") == 0) choose_gid(&cards[i]);
    else cards[i].gid = -1;
}

/* {"port_xmit_data": "1", …}; what is not counted is left out. */
static void print_counters(const char *name, const char *card) {
  int printed = 0;
  printf("\"%s\":{", name);
  for (size_t i = 0; i < COUNT_OF(kept_counters) + COUNT_OF(kept_packets); i++) {
    int is_packets = i >= COUNT_OF(kept_counters);
    const char *counter = is_packets ? kept_packets[i - COUNT_OF(kept_counters)] : kept_counters[i];
    char file[96], text[32];
    snprintf(file, sizeof file, "ports/1/%s/%s", is_packets ? "hw_counters" : "counters", counter);
    read_line(card, file, text, sizeof text);
    if (text[0] == 0 || strspn(text, "0123456789") != strlen(text)) continue;
    printf("%s\"%s\":\"%s\"", printed++ ? "," : "", counter, text);
  }
  printf("}");
}

#endif
