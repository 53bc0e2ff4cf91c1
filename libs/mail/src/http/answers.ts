import { ApiProperty } from '@nestjs/swagger';

/** A mail as operators see it: whom it goes to is told by id. */
export class MailItem {
  @ApiProperty() readonly mailId!: string;
  @ApiProperty({ enum: ['password-link', 'password-changed', 'approvals-waiting'] }) readonly kind!: string;
  @ApiProperty() readonly userId!: string;
  @ApiProperty({ enum: ['owed', 'sent', 'void', 'parked'] }) readonly state!: string;
  /** How often it was tried in vain. */
  @ApiProperty() readonly attempts!: number;
  /** Since when it is owed, or was sent again. */
  @ApiProperty() readonly owedSince!: string;
  @ApiProperty({ type: String, nullable: true }) readonly nextAttemptAt!: string | null;
  /** Why the last attempt failed, in a code. */
  @ApiProperty({ type: String, nullable: true }) readonly problem!: string | null;
}
