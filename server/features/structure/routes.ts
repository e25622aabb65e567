import { Paging, paged } from '../../../shared/rest/common.ts';
import {
  DepBatch,
  DepBatchDeleted,
  DepBatchPatch,
  DepBatchPath,
  NewDepBatch,
  NewSection,
  Section,
  SectionDeleted,
  SectionPatch,
  SectionPath,
  SectionQuery,
} from '../../../shared/rest/structure.ts';
import { type Route, route } from '../../rest/route.ts';
import type { StructureService } from './structure.ts';

const ADMIN = ['admin'] as const;
const STAFF = ['teacher', 'admin'] as const;

/** `/api/v1/dep-batch` and `/api/v1/sections`: for teachers to read, for admins to change. */
export const structureRoutes = ({ structure }: { structure: StructureService }): Route[] => [
  ...depBatchRoutes(structure),
  ...sectionRoutes(structure),
];

const depBatchRoutes = (structure: StructureService): Route[] => [
  route(
    {
      method: 'post',
      path: '/api/v1/dep-batch',
      roles: ADMIN,
      summary: 'Make a department’s batch.',
      tags: ['dep-batch'],
      body: NewDepBatch,
      reply: DepBatch,
      status: 201,
      faults: ['DEP_BATCH_EXISTS'],
    },
    ({ body }) => structure.createDepBatch(body),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/dep-batch',
      roles: STAFF,
      summary: 'The departments’ batches.',
      tags: ['dep-batch'],
      query: Paging,
      reply: paged(DepBatch),
    },
    async ({ query }) => {
      const { items, nextCursor } = await structure.listDepBatches(query);
      return { items: [...items], nextCursor };
    },
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/dep-batch/:id',
      roles: STAFF,
      summary: 'One of them.',
      tags: ['dep-batch'],
      params: DepBatchPath,
      reply: DepBatch,
      faults: ['DEP_BATCH_NOT_FOUND'],
    },
    ({ params }) => structure.depBatch(params.id),
  ),
  route(
    {
      method: 'patch',
      path: '/api/v1/dep-batch/:id',
      roles: ADMIN,
      summary: 'Change a department’s batch.',
      tags: ['dep-batch'],
      params: DepBatchPath,
      body: DepBatchPatch,
      reply: DepBatch,
      faults: ['DEP_BATCH_NOT_FOUND', 'DEP_BATCH_EXISTS'],
    },
    ({ params, body }) => structure.updateDepBatch(params.id, body),
  ),
  route(
    {
      method: 'delete',
      path: '/api/v1/dep-batch/:id',
      roles: ADMIN,
      summary: 'Delete a department’s batch that is not in use.',
      tags: ['dep-batch'],
      params: DepBatchPath,
      reply: DepBatchDeleted,
      faults: ['DEP_BATCH_NOT_FOUND', 'STILL_IN_USE'],
    },
    async ({ params }) => {
      await structure.removeDepBatch(params.id);
      return { id: params.id };
    },
  ),
];

const sectionRoutes = (structure: StructureService): Route[] => [
  route(
    {
      method: 'post',
      path: '/api/v1/sections',
      roles: ADMIN,
      summary: 'Make a section.',
      tags: ['sections'],
      body: NewSection,
      reply: Section,
      status: 201,
      faults: ['DEP_BATCH_NOT_FOUND', 'SECTION_EXISTS'],
    },
    ({ body }) => structure.createSection(body),
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/sections',
      roles: STAFF,
      summary: 'The sections: all, or those of a batch.',
      tags: ['sections'],
      query: SectionQuery,
      reply: paged(Section),
    },
    async ({ query }) => {
      const { items, nextCursor } = await structure.listSections(query);
      return { items: [...items], nextCursor };
    },
  ),
  route(
    {
      method: 'get',
      path: '/api/v1/sections/:id',
      roles: STAFF,
      summary: 'One of them.',
      tags: ['sections'],
      params: SectionPath,
      reply: Section,
      faults: ['SECTION_NOT_FOUND'],
    },
    ({ params }) => structure.section(params.id),
  ),
  route(
    {
      method: 'patch',
      path: '/api/v1/sections/:id',
      roles: ADMIN,
      summary: 'Change a section.',
      tags: ['sections'],
      params: SectionPath,
      body: SectionPatch,
      reply: Section,
      faults: ['SECTION_NOT_FOUND', 'DEP_BATCH_NOT_FOUND', 'SECTION_EXISTS'],
    },
    ({ params, body }) => structure.updateSection(params.id, body),
  ),
  route(
    {
      method: 'delete',
      path: '/api/v1/sections/:id',
      roles: ADMIN,
      summary: 'Delete a section that is not in use.',
      tags: ['sections'],
      params: SectionPath,
      reply: SectionDeleted,
      faults: ['SECTION_NOT_FOUND', 'STILL_IN_USE'],
    },
    async ({ params }) => {
      await structure.removeSection(params.id);
      return { id: params.id };
    },
  ),
];
