import type { Readable } from 'node:stream';
import type { Client } from '../../api/client.ts';
import { hasStatus } from '../../api/errors.ts';
import type { Image } from '../../api/image.ts';
import { fail } from '../../errors/problem.ts';
import { deleteOnce, oneNamed } from './named.ts';
import { given } from './neutron.ts';
import { differing, inProject, objectKind, objectResource, titleOf } from './object.ts';
import { type InProject, neededProject, type ProjectDirectory, projectId, readProjects } from './projects.ts';

interface ImageKey extends InProject {
  readonly name: string;
}

/** Where the bytes of an image come from. Opened only when they are sent, and again when a new token is needed. */
export interface ImageContent {
  /** Bytes. */
  readonly length: number;
  /** Hexadecimal, as Glance keeps it in `os_hash_value`. An image with another content is replaced. */
  readonly sha512?: string;
  open(): Readable;
}

export interface ImageDescription extends ImageKey {
  readonly content: ImageContent;
  readonly diskFormat: 'raw' | 'qcow2';
  readonly visibility?: 'private' | 'public' | 'shared' | 'community';
  /** GiB. */
  readonly minDisk?: number;
  /** MiB. */
  readonly minMemory?: number;
  readonly protected?: boolean;
  /** Exactly these; not compared when left out. */
  readonly tags?: readonly string[];
  /** Only these keys are compared: `hw_disk_bus`. */
  readonly properties?: Readonly<Record<string, string>>;
  /** For the upload; default 3600. */
  readonly limitSeconds?: number;
}

interface FoundImage extends Image {
  readonly owner: string | null;
  readonly disk_format: string | null;
  readonly min_disk: number;
  readonly min_ram: number;
  readonly protected: boolean;
  readonly tags: readonly string[];
  readonly os_hash_value?: string | null;
  readonly [property: string]: unknown;
}

interface Images extends ProjectDirectory {
  readonly images: readonly FoundImage[];
}

const ACTIVE_SECONDS = 300;
/** States of an image on its way to `active`. */
const PASSING = ['saving', 'uploading', 'importing'];
/** States of an image whose data never came. */
const EMPTY = ['queued', 'killed'];

const title = titleOf('image');

function contentDifferences(desired: ImageDescription, found: FoundImage): readonly string[] {
  const { sha512 } = desired.content;
  return differing({
    'disk format': [found.disk_format, desired.diskFormat],
    // Until the upload has ended there is no hash to compare.
    'content (sha512)': [found.os_hash_value ?? sha512, sha512],
  });
}

function propertyPairs(desired: ImageDescription, found: FoundImage) {
  return {
    visibility: [found.visibility, desired.visibility],
    min_disk: [found.min_disk, desired.minDisk],
    min_ram: [found.min_ram, desired.minMemory],
    protected: [found.protected, desired.protected],
    tags: [[...found.tags].sort(), desired.tags && [...desired.tags].sort()],
    ...Object.fromEntries(
      Object.entries(desired.properties ?? {}).map(([key, value]) => [key, [found[key], value]] as const),
    ),
  } as const satisfies Record<string, readonly [unknown, unknown]>;
}

function stateDifferences(found: FoundImage): readonly string[] {
  return found.status === 'active' ? [] : differing({ status: [found.status, 'active'] });
}

function differences(desired: ImageDescription, found: FoundImage): readonly string[] {
  return [
    ...stateDifferences(found),
    ...contentDifferences(desired, found),
    ...differing(propertyPairs(desired, found)),
  ];
}

/** The image of that name; while one is being replaced there are two, and the finished one with the right content counts. */
function find(directory: Images, key: ImageKey): FoundImage | undefined {
  const project = projectId(directory, key);
  const own = directory.images.filter((image) => image.owner === project && image.name === key.name);
  const wanted = 'content' in key ? (key as ImageDescription).content.sha512 : undefined;
  const exact = own.filter((image) => image.status === 'active' && image.os_hash_value === wanted);
  return exact.length === 1 ? exact[0] : oneNamed(own, key.name, 'image');
}

async function upload(api: Client, desired: ImageDescription, id: string): Promise<void> {
  const { length, open } = desired.content;
  await api.image.upload(id, length, open, desired.limitSeconds ?? 3600);
  await untilActive(api, desired, id);
}

async function untilActive(api: Client, desired: ImageDescription, id: string): Promise<void> {
  await api.until(
    `${title(desired)} to become active`,
    async () => {
      const { status } = await api.image.get(id);
      if (status === 'active') return { value: true };
      if (!PASSING.includes(status)) fail('API_IMAGE_REJECTED', { details: { name: desired.name, status } });
      return { seen: status };
    },
    ACTIVE_SECONDS,
  );
}

async function createImage(api: Client, desired: ImageDescription, owner: string): Promise<void> {
  const made = await api.request<FoundImage>(
    'image',
    'POST',
    '/images',
    given({
      name: desired.name,
      owner,
      disk_format: desired.diskFormat,
      container_format: 'bare',
      visibility: desired.visibility,
      min_disk: desired.minDisk,
      min_ram: desired.minMemory,
      protected: desired.protected,
      tags: desired.tags,
      ...desired.properties,
    }),
  );
  await upload(api, desired, made.id);
}

/** Deletes an image that another one has replaced; one that volumes or instances are cloned from is hidden. */
async function retire(api: Client, image: FoundImage): Promise<void> {
  if (image.protected) await patch(api, image, [{ op: 'replace', path: '/protected', value: false }]);
  try {
    await deleteOnce(() => api.image.remove(image.id));
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
    await patch(api, image, [
      { op: 'replace', path: '/os_hidden', value: true },
      { op: 'replace', path: '/name', value: `${image.name} (replaced)` },
    ]);
  }
}

async function patch(api: Client, image: FoundImage, operations: readonly object[]): Promise<void> {
  const headers = { 'content-type': 'application/openstack-images-v2.1-json-patch' };
  await api.request('image', 'PATCH', `/images/${image.id}`, operations, { headers });
}

async function updateProperties(api: Client, desired: ImageDescription, found: FoundImage): Promise<void> {
  const operations = Object.entries(propertyPairs(desired, found))
    .filter(([key, pair]) => differing({ [key]: pair }).length > 0)
    .map(([key, [present, value]]) => ({
      op: present === undefined ? 'add' : 'replace',
      path: `/${key}`,
      value,
    }));
  if (operations.length > 0) await patch(api, found, operations);
}

export const image = objectResource(
  objectKind<ImageKey, ImageDescription, Images, FoundImage>({
    kind: 'image',
    keys: ['name', 'project', 'projectDomain'],
    title,
    async directory(api, items) {
      const [projects, images] = await Promise.all([
        readProjects(api, items),
        api.image.list() as Promise<readonly FoundImage[]>,
      ]);
      return { ...projects, images };
    },
    find,
    differences,
    verb: (desired, found) =>
      EMPTY.includes(found.status)
        ? 'upload'
        : contentDifferences(desired, found).length > 0
          ? 'replace'
          : 'update',
    create: (api, desired, directory) =>
      createImage(api, desired, neededProject(directory, desired, title(desired))),
    async update(api, desired, found, directory) {
      if (contentDifferences(desired, found).length > 0) {
        // The new one first: at no time is there no image of that name.
        await createImage(api, desired, neededProject(directory, desired, title(desired)));
        return retire(api, found);
      }
      // An upload that was cut leaves an empty image.
      if (EMPTY.includes(found.status)) await upload(api, desired, found.id);
      else if (found.status !== 'active') await untilActive(api, desired, found.id);
      await updateProperties(api, desired, found);
    },
    loses: (found, key) =>
      found.status === 'active' ? `${title(key)} (${found.size ?? 0} bytes)` : undefined,
    async remove(api, found) {
      if (found.protected) await patch(api, found, [{ op: 'replace', path: '/protected', value: false }]);
      await deleteOnce(() => api.image.remove(found.id));
    },
    outputs: (found) => ({
      id: found.id,
      ...(typeof found.owner === 'string' && { owner: found.owner }),
    }),
  }),
  inProject,
);
