import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayNotEmpty, IsInt, IsNumber, IsPositive, Max, ValidateNested } from 'class-validator';

export class NewOrder {
  @IsInt() @IsPositive() customerId!: number;

  @IsNumber({ maxDecimalPlaces: 2 })
  @IsPositive()
  @Max(1_000_000)
  amount!: number;
}

export class NewOrders {
  @ArrayNotEmpty()
  @ArrayMaxSize(1_000)
  @ValidateNested({ each: true })
  @Type(() => NewOrder)
  orders!: NewOrder[];
}
