import type { Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';

/** A page of such items, as OpenAPI tells it: `@ApiOkResponse({ type: pageOf(UserItem) })`. */
export function pageOf<Item>(item: Type<Item>): Type<{ items: readonly Item[]; next: string | null }> {
  class Page {
    @ApiProperty({ type: [item] }) readonly items!: readonly Item[];
    /** Cursor of the next page; `null` on the last. */
    @ApiProperty({ type: String, nullable: true }) readonly next!: string | null;
  }
  return Object.defineProperty(Page, 'name', { value: `${item.name}Page` });
}
