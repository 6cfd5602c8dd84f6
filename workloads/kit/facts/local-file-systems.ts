/** File systems that live on one local block device, so that a drive stands behind what is written there. */
const onBlockDevices: ReadonlySet<string> = new Set([
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'f2fs',
  'vfat',
  'exfat',
  'ntfs3',
  'jfs',
  'bcachefs',
]);

const inMemory: ReadonlySet<string> = new Set(['tmpfs', 'ramfs', 'devtmpfs', 'rootfs', 'hugetlbfs']);
const stacked: ReadonlySet<string> = new Set(['overlay', 'aufs', 'unionfs', 'ecryptfs']);
const networked =
  /^(nfs4?|cifs|smb3|smbfs|lustre|gpfs|beegfs|ceph|glusterfs|9p|virtiofs|afs|orangefs|pvfs2|wekafs|fuse\..*)$/;

/** Why numbers from this file system say nothing about a drive; `undefined` when they can. */
export function whyNoDrive(fileSystem: string): string | undefined {
  if (onBlockDevices.has(fileSystem)) return undefined;
  if (inMemory.has(fileSystem)) return `${fileSystem} is memory, not a drive`;
  if (stacked.has(fileSystem)) return `${fileSystem} is stacked on other file systems: no drive can be named`;
  if (networked.test(fileSystem))
    return `${fileSystem} is reached through a network or another program, not a local drive`;
  return `${fileSystem} is not known to be a file system on one local block device`;
}
